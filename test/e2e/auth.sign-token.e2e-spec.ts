import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aComment, Api } from '../support/api.js';
import { environmentOf, Service, type ServiceOnStores } from '../support/service.js';

const required = {
  AUTH_REQUIRED: 'true',
  JWT_ISSUER: 'https://id.example.com',
  JWT_AUDIENCE: 'tickets',
};

let service: ServiceOnStores;

beforeAll(async () => {
  service = await Service.start({ environment: required });
});

afterAll(async () => {
  await service.stop();
});

describe('npm run token', () => {
  const mintIn = (env: Record<string, string>, cwd: string, ...options: string[]) => {
    const script = resolve('dist/src/auth/sign-token.js');
    return spawnSync(process.execPath, [script, ...options], { env, cwd, encoding: 'utf8' });
  };
  const mint = (...options: string[]) =>
    mintIn({ ...environmentOf(service.stores), ...required }, '.', ...options);

  it('mints a token that the service takes', async () => {
    const { stdout } = mint('--sub', 'desk', '--scope', 'tickets:write');
    const desk = new Api(service.url, stdout.trim());
    const { id } = (await desk.createTicket()).body;
    expect((await desk.comment(id, aComment)).status).toBe(201);
  });

  it('signs it with the SECRET_KEY of a file .env, and says so where there is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-token-'));
    const options = ['--sub', 'desk', '--scope', 'tickets:write'];
    expect(mintIn({}, folder, ...options)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^SECRET_KEY is missing.+\n$/),
    });
    writeFileSync(join(folder, '.env'), `SECRET_KEY=${environmentOf(service.stores)['SECRET_KEY']}\n`);
    const { stdout } = mintIn(required, folder, ...options);
    expect((await new Api(service.url, stdout.trim()).createTicket()).status).toBe(201);
  });

  it.each([[['--sub', 'desk']], [['--sub', 'desk', '--scope', 'everything']], [['--scope', 'tickets:read']]])(
    'says how it is used instead of taking %j',
    (options) => {
      const { status, stdout, stderr } = mint(...options);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain("--scope '<tickets:read|");
    },
  );
});
