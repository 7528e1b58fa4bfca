import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aComment, Api } from '../support/api.js';
import { environmentOf, Service, type ServiceWithStores } from '../support/service.js';

const required = {
  AUTH_REQUIRED: 'true',
  JWT_ISSUER: 'https://id.example.com',
  JWT_AUDIENCE: 'tickets',
};

let service: ServiceWithStores;

beforeAll(async () => {
  service = await Service.start({ environment: required });
});

afterAll(async () => {
  await service.stop();
});

describe('npm run token', () => {
  const signIn = (env: Record<string, string>, cwd: string, ...options: string[]) => {
    const script = resolve('dist/src/auth/sign-token.js');
    return spawnSync(process.execPath, [script, ...options], { env, cwd, encoding: 'utf8' });
  };
  const sign = (...options: string[]) =>
    signIn({ ...environmentOf(service.stores), ...required }, '.', ...options);

  it('signs a token that the service accepts', async () => {
    const { stdout } = sign('--sub', 'desk', '--scope', 'tickets:write');
    const desk = new Api(service.url, stdout.trim());
    const { id } = (await desk.createTicket()).body;
    expect((await desk.comment(id, aComment)).status).toBe(201);
  });

  it('reads SECRET_KEY from .env, and reports a missing one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-token-'));
    const options = ['--sub', 'desk', '--scope', 'tickets:write'];
    expect(signIn({}, folder, ...options)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^SECRET_KEY is missing.+\n$/),
    });
    writeFileSync(join(folder, '.env'), `SECRET_KEY=${environmentOf(service.stores)['SECRET_KEY']}\n`);
    const { stdout } = signIn(required, folder, ...options);
    expect((await new Api(service.url, stdout.trim()).createTicket()).status).toBe(201);
  });

  it.each([[['--sub', 'desk']], [['--sub', 'desk', '--scope', 'everything']], [['--scope', 'tickets:read']]])(
    'prints its usage for %j',
    (options) => {
      const { status, stdout, stderr } = sign(...options);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain("--scope '<tickets:read|");
    },
  );
});
