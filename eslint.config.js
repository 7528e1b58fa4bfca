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
      // Nest's modules are classes without members.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Rows and bodies have the shape of a DTO or entity class without its constructor.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      // Express's types are extended by declarations.
      '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }],
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // A describe block contains many tests.
    files: ['test/**/*.ts', '**/*.spec.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    // Tests that share a file share the service, whose start takes seconds.
    files: ['test/e2e/*.ts'],
    rules: { 'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }] },
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
            // The base class or Nest documents overridden methods and lifecycle hooks.
            'MethodDefinition[override!=true]:not([key.name=/^(on[A-Z]|transform$|canActivate$|intercept$|catch$)/])',
          ],
        },
      ],
    },
  },
  prettier,
);
