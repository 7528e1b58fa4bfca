import { readFileSync, writeFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { Environment } from '../../src/config/environment.js';
import { configurationPage } from '../support/configuration-page.js';

const page = 'docs/configuration.md';

describe(page, () => {
  it('is up to date with src/config/environment.ts', () => {
    const generated = configurationPage();
    if (process.env['UPDATE_DOCS']) writeFileSync(page, generated);
    if (readFileSync(page, 'utf8') !== generated)
      throw new Error(`${page} is out of date: run \`npm run docs:configuration\``);
  });

  it('describes every variable', () => {
    const described = Array.from(
      configurationPage().matchAll(/^- \*\*`([A-Z\d_]+)`.*?: [A-Z]/gm),
      ([, name]) => name,
    );
    expect(described).toEqual(Object.keys(new Environment()));
  });
});
