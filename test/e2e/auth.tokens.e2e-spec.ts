import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, aTicket, encode, json, readFromCache, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { Service, type ServiceWithStores } from '../support/service.js';
import { token, unsigned } from '../support/tokens.js';

const previousKey = 'the key of the tests before this one, 32 and more';
const required = {
  AUTH_REQUIRED: 'true',
  METRICS_AUTH_REQUIRED: 'true',
  SECRET_KEY_PREVIOUS: previousKey,
  JWT_ISSUER: 'https://id.example.com',
  JWT_AUDIENCE: 'tickets',
};
const valid = { iss: required.JWT_ISSUER, aud: required.JWT_AUDIENCE };

let service: ServiceWithStores;
let anonymous: Api;
let writer: Api;
let reader: Api;

beforeAll(async () => {
  service = await Service.start({ environment: required });
  anonymous = new Api(service.url);
  writer = new Api(service.url, await token({ ...valid, scope: 'tickets:write' }));
  reader = new Api(service.url, await token({ ...valid, sub: 'reports', scope: 'tickets:read' }));
});

afterAll(async () => {
  await service.stop();
});

interface History {
  items: { actor: string | null }[];
}

const withToken = (value: string) => new Api(service.url, value).ticket(1);

describe('With AUTH_REQUIRED', () => {
  it('a request without a token gets 401 and the Bearer challenge', async () => {
    const { status, headers, problem } = await anonymous.createTicket();
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="ticket-system"');
    expect(problem).toMatchObject({ type: expect.stringContaining(':unauthenticated'), status: 401 });
  });

  it.each([
    ['signed with another key', () => token(valid, 'another key, which is long enough as well')],
    ['without a signature', () => unsigned()],
    ['with another algorithm', () => token(valid, undefined, 'HS512')],
    ['after its exp', () => token({ ...valid, exp: -31 })],
    ['without exp', () => token({ ...valid, exp: null })],
    ['whose exp is in milliseconds', () => token({ ...valid, exp: Date.now() })],
    ['whose exp is more than ten years ahead', () => token({ ...valid, exp: 3_654 * 86_400 })],
    ['before its nbf', () => token({ ...valid, nbf: 40 })],
    ['without sub', () => token({ ...valid, sub: null })],
    ['with a NUL in sub', () => token({ ...valid, sub: 'a\0b' })],
    ['of another issuer', () => token({ ...valid, iss: 'https://elsewhere.example.com' })],
    ['for another audience', () => token({ ...valid, aud: 'invoices' })],
    ['that is malformed', () => 'a.b.c'],
  ])('a token %s is rejected', async (_case, sign) => {
    const { status, headers } = await withToken(await sign());
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="ticket-system", error="invalid_token", /);
  });

  it('another authentication scheme is rejected', async () => {
    const headers = { authorization: 'Basic YTpi' };
    expect((await anonymous.ticket(1, headers)).status).toBe(401);
  });

  it.each([
    ['signed with SECRET_KEY_PREVIOUS', () => token(valid, previousKey)],
    ['whose exp is within the clock tolerance', () => token({ ...valid, exp: -20 })],
    ['whose nbf is within the clock tolerance', () => token({ ...valid, nbf: 20 })],
    ['whose exp is ten years ahead', () => token({ ...valid, exp: 3_652 * 86_400 })],
    ['with a list of scopes', () => token({ ...valid, scope: ['metrics:read', 'tickets:read'] })],
    ['with scopes in scp', () => token({ ...valid, scope: null, scp: ['tickets:read'] })],
    ['with one scope in scp', () => token({ ...valid, scope: null, scp: 'metrics:read tickets:read' })],
  ])('a token %s is accepted', async (_case, sign) => {
    expect((await withToken(await sign())).status).toBe(404);
  });

  it('a token that was accepted is rejected after its exp', async () => {
    const ending = await token({ ...valid, exp: -26 });
    expect((await withToken(ending)).status).toBe(404);
    await eventually(async () => (await withToken(ending)).status === 401);
  });

  it('tickets:read allows reads but no writes', async () => {
    const { id } = (await writer.createTicket()).body;
    expect((await reader.ticket(id)).status).toBe(200);
    const rejected = await Promise.all([
      reader.createTicket(),
      reader.updateStatus(id, 'closed'),
      reader.comment(id),
    ]);
    for (const { status, headers, problem } of rejected) {
      expect(status).toBe(403);
      expect(headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="tickets:write"');
      expect(problem).toMatchObject({ scope: 'tickets:write' });
    }
    expect((await reader.ticket(id)).body).toMatchObject({ status: 'opened', comment_count: 0 });
  });

  it('tickets:write allows reads too, and no other scope does', async () => {
    expect((await writer.send('GET', '/ticket')).status).toBe(200);
    for (const scope of ['metrics:read tickets', null])
      expect((await withToken(await token({ ...valid, scope }))).status).toBe(403);
  });

  it('every operation except the probes and the documentation needs a token', async () => {
    const { paths } = (await anonymous.send<{ paths: Record<string, object> }>('GET', '/docs-json')).body;
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      // Signed URLs take the place of tokens for files.
      /^\/$|^\/health|\/file$/.test(path)
        ? []
        : Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
    );
    expect(calls.length).toBeGreaterThan(8);
    for (const [method, path] of calls)
      expect((await anonymous.send(method, path.replaceAll(/\{\w+\}/g, '1'))).status).toBe(401);
    const headers = { authorization: 'Bearer nonsense' };
    for (const path of ['/health/live', '/health/ready', '/docs', '/docs-json'])
      expect((await anonymous.send('GET', path, { headers })).status).toBe(200);
  });

  it('a cached ticket is not returned without a token', async () => {
    const { id } = (await writer.createTicket()).body;
    expect((await readFromCache(reader, id)).status).toBe(200);
    expect((await anonymous.ticket(id)).status).toBe(401);
  });

  it('a request without a token is rejected before its body is read', async () => {
    expect((await anonymous.send('POST', '/ticket', json('{'))).status).toBe(401);
  });

  it('/metrics accepts only metrics:read', async () => {
    const prometheus = new Api(service.url, await token({ ...valid, scope: 'metrics:read' }));
    expect((await prometheus.send('GET', '/metrics')).status).toBe(200);
    expect((await writer.send('GET', '/metrics')).status).toBe(403);
  });
});

describe('The subject of a token', () => {
  it('is the actor in the history and in the feed', async () => {
    const { id } = (await writer.createTicket()).body;
    await writer.updateStatus(id, 'answered');
    await writer.comment(id);
    const billing = ['billing', 'billing', 'billing'];
    const history = await reader.send<History>('GET', `/ticket/${id}/history`);
    expect(history.body.items.map(({ actor }) => actor)).toEqual(billing);
    const feed = async () => (await reader.events(`from=beginning&ticket_id=${id}`)).body.items;
    // The feed waits for transactions of other tests.
    await eventually(async () => (await feed()).length === 3);
    expect((await feed()).map(({ data }) => data.actor)).toEqual(billing);
  });

  it('has its own Idempotency-Keys', async () => {
    const desk = new Api(service.url, await token({ ...valid, sub: 'desk' }));
    const post = (api: Api) => {
      const { body, headers } = encode(aTicket, 'JSON');
      const withKey = { ...(headers as object), 'idempotency-key': 'one-key' };
      return api.send<{ id: number }>('POST', '/ticket', { body: body ?? '', headers: withKey });
    };
    const [first, again, other] = [await post(writer), await post(writer), await post(desk)];
    expect(again.body.id).toBe(first.body.id);
    expect(other).toMatchObject({ status: 201 });
    expect(other.body.id).not.toBe(first.body.id);
  });
});

describe('An event stream', () => {
  it('ends when the token of its client expires', async () => {
    const expiring = await token({ ...valid, exp: -26 });
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${expiring}` };
    const response = await fetch(`${service.url}/events?from=now`, { headers });
    expect(response.status).toBe(200);
    const begin = Date.now();
    await response.text();
    expect(Date.now() - begin).toBeLessThan(7_000);
  });
});

describe('Without AUTH_REQUIRED', () => {
  let open: Service;

  beforeAll(async () => {
    const environment = { METRICS_AUTH_REQUIRED: 'true' };
    open = await Service.start({ stores: service.stores, environment });
  });

  afterAll(async () => {
    await open.stop();
  });

  it('the log warns at start, and tokens are ignored', async () => {
    const api = new Api(open.url, 'nonsense');
    expect(open.output).toContain('Authentication is off (AUTH_REQUIRED=false)');
    const responses = await times(3, () => api.createTicket());
    expect(responses.map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  it('METRICS_AUTH_REQUIRED requires a token for /metrics alone', async () => {
    const prometheus = new Api(open.url, await token({ scope: 'metrics:read' }));
    const { id } = (await prometheus.createTicket()).body;
    const { items } = (await prometheus.send<History>('GET', `/ticket/${id}/history`)).body;
    expect(items.map(({ actor }) => actor)).toEqual([null]);
    expect((await prometheus.send('GET', '/metrics')).status).toBe(200);
    expect((await new Api(open.url).send('GET', '/metrics')).status).toBe(401);
  });
});
