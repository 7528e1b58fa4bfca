import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { tmpdir } from 'node:os';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { problemKinds } from '../../src/api/problem.js';
import { Api } from '../support/api.js';
import { Service } from '../support/service.js';

interface Operation {
  operationId: string;
  summary?: string;
  security?: object[];
  parameters?: { name: string; description?: string }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { description: string; content?: Record<string, unknown> }>;
}
interface Schema {
  properties?: Record<string, { description?: string; example?: unknown }>;
}
interface Document {
  openapi: string;
  webhooks: Record<string, Record<string, Operation>>;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

let service: Service;
let api: Api;
let document: Document;

beforeAll(async () => {
  service = await Service.start();
  api = new Api(service.url);
  document = (await api.send<Document>('GET', '/docs-json')).body;
});

afterAll(async () => {
  await service.stop();
});

const successTypes: Record<string, string[]> = {
  '/events': ['application/json', 'text/event-stream'],
  '/import': ['application/x-ndjson'],
  '/export': ['application/x-ndjson'],
  '/metrics': ['text/plain'],
};

const operation = (method: string, path: string): Operation => {
  const found = document.paths[path]?.[method];
  if (!found) throw new Error(`${method} ${path} is not documented`);
  return found;
};

const attachment = '/ticket/{ticket_id}/attachment/{attachment_id}';

/** Every operation with all its status codes. */
const operations: [string, string, number[]][] = [
  ['post', '/ticket', [201, 400, 401, 403, 409, 410, 413, 415, 422, 429, 503]],
  ['get', '/ticket', [200, 400, 401, 403, 422, 429, 503]],
  ['get', '/ticket/count', [200, 400, 401, 403, 429, 503]],
  ['get', '/ticket/{ticket_id}', [200, 304, 400, 401, 403, 404, 410, 429, 503]],
  ['put', '/ticket/{ticket_id}', [200, 400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 429, 503]],
  ['patch', '/ticket/{ticket_id}', [200, 400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 429, 503]],
  ['post', '/ticket/{ticket_id}/claim', [200, 400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 429, 503]],
  ['put', '/ticket/{ticket_id}/tag/{tag}', [200, 400, 401, 403, 404, 409, 410, 412, 422, 429, 503]],
  ['delete', '/ticket/{ticket_id}/tag/{tag}', [200, 400, 401, 403, 404, 409, 410, 412, 422, 429, 503]],
  ['get', '/ticket/{ticket_id}/history', [200, 400, 401, 403, 404, 410, 429, 503]],
  ['post', '/ticket/{ticket_id}/comment', [201, 400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 429, 503]],
  ['get', '/ticket/{ticket_id}/comment', [200, 400, 401, 403, 404, 410, 429, 503]],
  ['get', '/ticket/{ticket_id}/comment/{comment_id}', [200, 400, 401, 403, 404, 410, 429, 503]],
  ['post', '/ticket/{ticket_id}/attachment', [201, 400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503]],
  ['get', '/ticket/{ticket_id}/attachment', [200, 400, 401, 403, 404, 410, 429, 503]],
  ['get', attachment, [200, 400, 401, 403, 404, 410, 429, 503]],
  ['delete', attachment, [200, 400, 401, 403, 404, 409, 410, 412, 422, 429, 503]],
  ['post', `${attachment}/complete`, [200, 400, 401, 403, 404, 409, 410, 412, 422, 429, 503, 507]],
  ['get', `${attachment}/content`, [302, 400, 401, 403, 404, 409, 410, 429, 503]],
  ['put', `${attachment}/file`, [200, 400, 403, 404, 409, 429, 503, 507]],
  ['get', `${attachment}/file`, [200, 400, 403, 404, 409, 429, 503]],
  ['get', '/events', [200, 400, 401, 403, 410, 429, 503]],
  ['post', '/webhook', [201, 400, 401, 403, 409, 410, 413, 415, 422, 429, 503]],
  ['get', '/webhook', [200, 400, 401, 403, 429, 503]],
  ['get', '/webhook/{webhook_id}', [200, 400, 401, 403, 404, 429, 503]],
  ['patch', '/webhook/{webhook_id}', [200, 400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503]],
  ['delete', '/webhook/{webhook_id}', [204, 400, 401, 403, 404, 409, 410, 422, 429, 503]],
  ['post', '/webhook/{webhook_id}/secret', [200, 400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503]],
  ['post', '/webhook/{webhook_id}/test', [200, 400, 401, 403, 404, 413, 415, 429, 503]],
  ['get', '/webhook/{webhook_id}/delivery', [200, 400, 401, 403, 404, 429, 503]],
  ['post', '/webhook/{webhook_id}/replay', [202, 400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503]],
  ['put', '/ticket/{ticket_id}/redaction', [200, 400, 401, 403, 404, 409, 410, 412, 422, 429, 503]],
  [
    'put',
    '/ticket/{ticket_id}/comment/{comment_id}/redaction',
    [200, 400, 401, 403, 404, 409, 410, 412, 422, 429, 503],
  ],
  ['post', '/erasure', [202, 400, 401, 403, 409, 410, 413, 415, 422, 429, 503]],
  ['get', '/erasure/{erasure_id}', [200, 400, 401, 403, 404, 429, 503]],
  ['post', '/import', [200, 400, 401, 403, 415, 429, 503]],
  ['get', '/export', [200, 400, 401, 403, 429, 503]],
  ['get', '/', [200, 400, 429, 503]],
  ['get', '/health/live', [200]],
  ['get', '/health/ready', [200, 503]],
  ['get', '/metrics', [200, 401, 403]],
];

describe('/docs', () => {
  it('serves Swagger UI', async () => {
    const { status, body } = await api.send<string>('GET', '/docs');
    expect(status).toBe(200);
    expect(body).toContain('swagger-ui');
  });

  it('serves the document as JSON and as YAML', async () => {
    const { status, body } = await api.send<string>('GET', '/docs-yaml');
    expect(status).toBe(200);
    expect(body).toMatch(/^openapi: 3\./);
    for (const path of Object.keys(document.paths)) expect(body).toContain(path);
  });

  it.each(operations)('documents %s %s with a summary and all its status codes', (method, path, statuses) => {
    const { summary, responses } = operation(method, path);
    expect(summary).toMatch(/^[A-Z].+\.$/);
    expect(Object.keys(responses).map(Number)).toEqual(statuses);
    for (const [status, { description, content }] of Object.entries(responses)) {
      expect(description).not.toBe('');
      const isFile = method === 'get' && path.endsWith('/file');
      const success = isFile ? ['*/*'] : (successTypes[path] ?? ['application/json']);
      const types = Number(status) < 303 ? success : ['application/problem+json'];
      expect(Object.keys(content ?? {})).toEqual(['204', '304'].includes(status) ? [] : types);
    }
  });

  it('documents exactly the operations listed above', () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual(operations.map(([method, path]) => `${method} ${path}`).sort());
  });

  it('requires a token for every operation except the index, the probes and the files behind signed URLs', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const security = /^\/$|^\/health|\/file$/.test(path) ? undefined : [{ bearer: [] }];
      for (const documented of Object.values(methods))
        expect([path, documented.security]).toEqual([path, security]);
    }
  });

  it.each([
    ['post', '/ticket'],
    ['put', '/ticket/{ticket_id}'],
    ['post', '/ticket/{ticket_id}/comment'],
    ['post', '/ticket/{ticket_id}/attachment'],
  ])('shows the three media types of the body of %s %s', (method, path) => {
    expect(Object.keys(operation(method, path).requestBody?.content ?? {})).toEqual([
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ]);
  });

  it('names every operation, such as createTicket', () => {
    const names = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
    expect(operation('post', '/ticket').operationId).toBe('createTicket');
  });

  it('has integers instead of numbers, ids of 64 bits, and each list of values once', () => {
    const text = JSON.stringify(document);
    expect(text).not.toContain('"type":"number"');
    for (const { properties } of Object.values(document.components.schemas))
      for (const [name, schema] of Object.entries(properties ?? {}))
        if (/^(id|ticket_id|comment_id|follows)$/.test(name) && 'type' in schema && schema.type !== 'string')
          // A nullable id has the types integer and null.
          expect({ name, ...schema, type: [schema.type].flat()[0] }).toMatchObject({
            ...{ name, type: 'integer', format: 'int64' },
          });
    const lists = Array.from(text.matchAll(/"enum":\[([^\]]+,[^\]]+)\]/g), ([, values = '']) => values);
    // The values of a response header stand beside it.
    const shared = lists.filter((values) => !values.includes('"HIT"') && !values.includes('"ok"'));
    expect(shared).toEqual([...new Set(shared)]);
  });

  it('describes every field, and gives an example of those in request bodies', () => {
    for (const [name, { properties = {} }] of Object.entries(document.components.schemas)) {
      for (const [field, { description, example }] of Object.entries(properties)) {
        expect([name, field, description]).toEqual([name, field, expect.stringMatching(/\S/)]);
        const sent = /^(Create|Update|Claim)/.test(name);
        if (sent) expect([name, field, example]).not.toEqual([name, field, undefined]);
      }
    }
  });

  it('describes the requests that webhooks receive', () => {
    const { event } = document.webhooks;
    expect(document.openapi).toBe('3.1.0');
    expect(event?.['post']?.parameters?.map(({ name }) => name)).toEqual([
      ...['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    ]);
    expect(JSON.stringify(event)).toContain('#/components/schemas/TicketStatusChangedEvent');
  });

  it('states the bounds of a ticket', () => {
    expect(document.components.schemas['CreateTicketDto']).toMatchObject({
      required: ['theme', 'text', 'email'],
      properties: {
        theme: { type: 'string', minLength: 1, maxLength: 255 },
        text: { type: 'string', minLength: 1, maxLength: 10_000 },
        email: { type: 'string', format: 'email', maxLength: 254 },
      },
    });
    expect(document.components.schemas['UpdateStatusDto']).toMatchObject({
      properties: { status: { enum: ['answered', 'awaited', 'closed'] } },
    });
  });
});

describe('docs/api.md', () => {
  it('has the status and the title of every kind of problem', () => {
    const rows = readFileSync('docs/api.md', 'utf8').matchAll(/^\| `([a-z-]+)` +\| (\d{3}) +\| (.+?) +\|/gm);
    const documented = [...rows].map(([, kind, status, title]) => [kind, { status: Number(status), title }]);
    expect(Object.fromEntries(documented)).toEqual(problemKinds);
  });
});

describe('docs/attachments.md', () => {
  it('has commands that attach a file and download it again', async () => {
    const { id } = (await api.createTicket()).body;
    const [, commands = ''] =
      /```sh\n(printf[^]*?)```/.exec(readFileSync('docs/attachments.md', 'utf8')) ?? [];
    const script = commands
      .replaceAll(/(http:\/\/)?localhost:8000/g, api.url)
      .replaceAll('/ticket/1/', `/ticket/${id}/`);
    const cwd = mkdtempSync(join(tmpdir(), 'ticket-attach-'));
    const { status, stderr } = spawnSync('bash', ['-euc', script], { cwd, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readFileSync(join(cwd, 'download/invoice.txt'), 'utf8')).toBe('It lists the same item twice.\n');
  });
});

/** The folder of the generated clients. */
let folder: string;

function run(command: string, ...options: string[]) {
  const { status, stdout, stderr } = spawnSync(resolve('node_modules/.bin', command), options, {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

describe('The OpenAPI document', () => {
  beforeAll(() => {
    // Inside the project, so that the tools and the client find their packages.
    folder = mkdtempSync(resolve('dist', 'client-'));
    cpSync('test/support/client', folder, { recursive: true });
    writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document));
    writeFileSync(join(folder, 'ruleset.yaml'), 'extends: spectral:oas\n');
  });

  it('passes the linter without errors and warnings', () => {
    const options = ['lint', '-r', 'ruleset.yaml', '--fail-severity', 'warn', 'openapi.json'];
    expect(run('spectral', ...options)).toMatchObject({ status: 0 });
  });

  it('generates clients with two generators that compile and run the tour', () => {
    const schema = ['openapi.json', '-o', 'schema.ts'];
    expect(run('openapi-typescript', ...schema)).toMatchObject({ status: 0 });
    const client = ['-i', 'openapi.json', '-o', 'orval.ts', '--client', 'fetch', '--fail-on-warnings'];
    expect(run('orval', ...client)).toMatchObject({ status: 0 });
    const checks = [
      '--strict',
      '--exactOptionalPropertyTypes',
      '--noUncheckedIndexedAccess',
      '--skipLibCheck',
    ];
    const modern = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--ignoreConfig'];
    const compiled = run('tsc', ...checks, ...modern, 'tour.ts', 'orval-tour.ts');
    expect(compiled).toEqual({ status: 0, output: '' });
    for (const tour of ['tour.js', 'orval-tour.js']) {
      const ran = spawnSync(process.execPath, [join(folder, tour), service.url], { encoding: 'utf8' });
      expect([tour, ran]).toMatchObject([tour, { status: 0, stderr: '' }]);
    }
  });
});
