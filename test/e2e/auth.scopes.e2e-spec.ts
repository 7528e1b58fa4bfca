import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aComment, Api } from '../support/api.js';
import { connect } from '../support/servers.js';
import { environmentOf, Service, type ServiceWithStores } from '../support/service.js';
import { token } from '../support/tokens.js';

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

/** Scopes that each operation takes; `public` needs no token. A new operation must be entered here. */
const read = ['tickets:read', 'tickets:write'];
const write = ['tickets:write'];
const expectations: Record<string, string[] | 'public'> = {
  'GET /': 'public',
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
  'GET /metrics': 'public',
  'POST /ticket': [...write, 'tickets:own'],
  'GET /ticket': [...read, 'tickets:own'],
  'GET /ticket/count': [...read, 'tickets:own'],
  'GET /ticket/{ticket_id}': [...read, 'tickets:own'],
  'PUT /ticket/{ticket_id}': [...write, 'tickets:own'],
  'PATCH /ticket/{ticket_id}': write,
  'POST /ticket/{ticket_id}/claim': write,
  'PUT /ticket/{ticket_id}/tag/{tag}': write,
  'DELETE /ticket/{ticket_id}/tag/{tag}': write,
  'GET /ticket/{ticket_id}/history': [...read, 'tickets:own'],
  'POST /ticket/{ticket_id}/comment': [...write, 'tickets:own'],
  'GET /ticket/{ticket_id}/comment': [...read, 'tickets:own'],
  'GET /ticket/{ticket_id}/comment/{comment_id}': [...read, 'tickets:own'],
  'POST /ticket/{ticket_id}/attachment': [...write, 'tickets:own'],
  'GET /ticket/{ticket_id}/attachment': [...read, 'tickets:own'],
  'GET /ticket/{ticket_id}/attachment/{attachment_id}': [...read, 'tickets:own'],
  'DELETE /ticket/{ticket_id}/attachment/{attachment_id}': [...write, 'tickets:own'],
  'POST /ticket/{ticket_id}/attachment/{attachment_id}/complete': [...write, 'tickets:own'],
  'GET /ticket/{ticket_id}/attachment/{attachment_id}/content': [...read, 'tickets:own'],
  'PUT /ticket/{ticket_id}/attachment/{attachment_id}/file': 'public',
  'GET /ticket/{ticket_id}/attachment/{attachment_id}/file': 'public',
  'GET /events': [...read, 'tickets:own'],
  'PUT /ticket/{ticket_id}/redaction': write,
  'PUT /ticket/{ticket_id}/comment/{comment_id}/redaction': write,
  'POST /erasure': ['tickets:erase'],
  'GET /erasure/{erasure_id}': ['tickets:erase'],
  'POST /import': ['tickets:import'],
  'GET /export': read,
  'POST /webhook': ['webhooks:manage'],
  'GET /webhook': ['webhooks:manage'],
  'GET /webhook/{webhook_id}': ['webhooks:manage'],
  'PATCH /webhook/{webhook_id}': ['webhooks:manage'],
  'DELETE /webhook/{webhook_id}': ['webhooks:manage'],
  'POST /webhook/{webhook_id}/secret': ['webhooks:manage'],
  'POST /webhook/{webhook_id}/test': ['webhooks:manage'],
  'GET /webhook/{webhook_id}/delivery': ['webhooks:manage'],
  'POST /webhook/{webhook_id}/replay': ['webhooks:manage'],
};

describe('The log', () => {
  it('says at start who may do what', () => {
    const rule = 'tickets:read and tickets:write apply to all tickets, tickets:own to those of the token';
    expect(service.output).toContain(rule);
  });
});

describe('Every operation', () => {
  it('takes the scopes of the table, and no other', async () => {
    const { paths } = (
      await new Api(service.url).send<{ paths: Record<string, object> }>('GET', '/docs-json')
    ).body;
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.toSorted()).toEqual(Object.keys(expectations).toSorted());
    const scopes = [
      'tickets:read',
      'tickets:write',
      'tickets:own',
      'tickets:import',
      'tickets:erase',
      'webhooks:manage',
      'metrics:read',
      '',
    ];
    const { JWT_ISSUER: iss, JWT_AUDIENCE: aud } = required;
    const clients = await Promise.all(
      scopes.map(
        async (scope) =>
          new Api(service.url, await token({ iss, aud, scope, sub: 'walker', email: 'nobody@example.com' })),
      ),
    );
    for (const operation of operations) {
      const [method = '', path = ''] = operation.split(' ');
      const target = path
        .replaceAll(/\{(ticket|comment|attachment|webhook|erasure)_id\}/g, '999999')
        .replace('{tag}', 'a');
      const allowed = [];
      for (const [n, api] of clients.entries()) {
        const { status, problem } = await api.send(method, target);
        expect({ operation, isUnauthenticated: status === 401 }).toEqual({
          operation,
          isUnauthenticated: false,
        });
        if (status !== 403 || problem.type.endsWith(':link-invalid')) allowed.push(scopes[n]);
      }
      const expected = expectations[operation];
      expect({ operation, allowed: allowed.toSorted() }).toEqual({
        operation,
        allowed: (expected === 'public' ? scopes : (expected ?? [])).toSorted(),
      });
      const { status } = await new Api(service.url).send(method, target);
      expect({ operation, isRejected: status === 401 }).toEqual({
        operation,
        isRejected: expected !== 'public',
      });
    }
    const database = await connect(service.stores.database);
    const { rows } = await database.query(`SELECT 1 FROM event WHERE actor = 'walker'`);
    await database.end();
    expect(rows).toEqual([]);
  });
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
