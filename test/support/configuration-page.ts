import { readFileSync } from 'node:fs';

import ts from 'typescript';

import { Environment } from '../../src/config/environment.js';

/** The files with the classes of the variables, in the order of their inheritance. */
const sources = ['service.variables.ts', 'store.variables.ts', 'environment.ts'];

const introduction = `# Configuration

<!-- Generated from src/config: change the docstrings there, then run \`npm run docs:configuration\`. -->

The service reads these environment variables at start, and the file \`.env\` in its working directory for those that are not
set. An empty variable counts as unset. A missing or invalid one ends the start with one line that names it.
`;

/** Generates docs/configuration.md: the name, the default and the docstring of each property of Environment. */
export function configurationPage(): string {
  const defaults: Partial<Record<string, string | number | boolean | string[]>> = { ...new Environment() };
  const items = sources.flatMap(docstrings).map(([name, text]) => {
    const value = String(defaults[name] ?? '');
    return `- **\`${name}\`**${value && ` (default: \`${value}\`)`}: ${text}\n`;
  });
  return `${introduction}\n${items.join('')}`;
}

function docstrings(source: string): [name: string, text: string][] {
  const path = `src/config/${source}`;
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  const [environment] = file.statements.filter(ts.isClassDeclaration);
  const members = [...(environment?.members ?? [])];
  return members.filter(ts.isPropertyDeclaration).map((property) => {
    const [docstring] = ts.getJSDocCommentsAndTags(property);
    const text = ts.getTextOfJSDocComment(docstring?.comment) ?? '';
    return [property.name.getText(), text.replaceAll(/\s+/g, ' ')];
  });
}
