import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Service } from '../support/service.js';

let service: Service;
let folder: string;

beforeAll(async () => {
  service = await Service.start();
  // Inside the project, so that the tools and the client find their packages.
  folder = mkdtempSync(resolve('dist', 'client-'));
  cpSync('test/support/client', folder, { recursive: true });
  const document = await fetch(`${service.url}/docs-json`);
  writeFileSync(join(folder, 'openapi.json'), await document.text());
  writeFileSync(join(folder, 'ruleset.yaml'), 'extends: spectral:oas\n');
});

afterAll(async () => {
  await service.stop();
});

function run(command: string, ...options: string[]) {
  const { status, stdout, stderr } = spawnSync(resolve('node_modules/.bin', command), options, {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

describe('The OpenAPI document', () => {
  it('passes the linter without errors and warnings', () => {
    const options = ['lint', '-r', 'ruleset.yaml', '--fail-severity', 'warn', 'openapi.json'];
    expect(run('spectral', ...options)).toMatchObject({ status: 0 });
  });

  it.each([
    ['openapi-typescript', ['openapi.json', '-o', 'schema.ts'], 'tour'],
    [
      'orval',
      ['-i', 'openapi.json', '-o', 'orval.ts', '--client', 'fetch', '--fail-on-warnings'],
      'orval-tour',
    ],
  ])('generates a client with %s that compiles and runs the tour', (command, options, tour) => {
    expect(run(command, ...options)).toMatchObject({ status: 0 });
    const strict = [
      '--strict',
      '--exactOptionalPropertyTypes',
      '--noUncheckedIndexedAccess',
      '--skipLibCheck',
    ];
    const modern = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--ignoreConfig'];
    expect(run('tsc', ...strict, ...modern, `${tour}.ts`)).toEqual({ status: 0, output: '' });

    const ran = spawnSync(process.execPath, [join(folder, `${tour}.js`), service.url], { encoding: 'utf8' });
    expect(ran).toMatchObject({ status: 0, stderr: '' });
  });
});
