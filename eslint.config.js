import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import jsdoc from 'eslint-plugin-jsdoc';
import globals from 'globals';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['dist/', 'coverage/', '.data/', '.stryker-tmp/', 'test/support/client/'] },
  { files: ['**/*.js'], languageOptions: { globals: globals.node } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // Nest's modules are classes that carry nothing but their decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // DTO and entity classes describe shapes; rows and bodies have the shape without the constructor.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      // Express's types are extended by declarations.
      '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }],
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // A test's describe block holds its whole story, and is as long as that.
    files: ['test/**/*.ts', '**/*.spec.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    plugins: { jsdoc },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          checkConstructors: false,
          require: { ArrowFunctionExpression: true, ClassDeclaration: true },
          contexts: [
            ...['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'VariableDeclaration'],
            'PropertyDefinition[override!=true]',
            // What a class takes over, and what Nest calls by its name, is described there.
            'MethodDefinition[override!=true]:not([key.name=/^(on[A-Z]|transform$|canActivate$|intercept$|catch$)/])',
          ],
        },
      ],
    },
  },
  prettier,
);
