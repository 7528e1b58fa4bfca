import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, aTicket, encode, json, times } from '../support/api.js';
import { fromCache } from '../support/cached.js';
import { eventually } from '../support/eventually.js';
import { Service, type ServiceOnStores } from '../support/service.js';
import { token, unsigned } from '../support/tokens.js';

const previousKey = 'the key of the tests before this one, 32 and more';
const required = {
  AUTH_REQUIRED: 'true',
  METRICS_AUTH_REQUIRED: 'true',
  SECRET_KEY_PREVIOUS: previousKey,
  JWT_ISSUER: 'https://id.example.com',
  JWT_AUDIENCE: 'tickets',
};
const ours = { iss: required.JWT_ISSUER, aud: required.JWT_AUDIENCE };

let service: ServiceOnStores;
let stranger: Api;
let writer: Api;
let reader: Api;

beforeAll(async () => {
  service = await Service.start({ environment: required });
  stranger = new Api(service.url);
  writer = new Api(service.url, await token({ ...ours, scope: 'tickets:write' }));
  reader = new Api(service.url, await token({ ...ours, sub: 'reports', scope: 'tickets:read' }));
});

afterAll(async () => {
  await service.stop();
});

interface History {
  items: { actor: string | null }[];
}

const withToken = (value: string) => new Api(service.url, value).ticket(1);

describe('Where AUTH_REQUIRED is on', () => {
  it('a call without a token is told how to bring one', async () => {
    const { status, headers, problem } = await stranger.createTicket();
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="ticket-system"');
    expect(problem).toMatchObject({ type: expect.stringContaining(':unauthenticated'), status: 401 });
  });

  it.each([
    ['with the signature of another key', () => token(ours, 'another key, which is long enough as well')],
    ['that nobody has signed', () => unsigned()],
    ['with another algorithm', () => token(ours, undefined, 'HS512')],
    ['that has expired', () => token({ ...ours, exp: -31 })],
    ['that does not say when it ends', () => token({ ...ours, exp: null })],
    ['that does not hold yet', () => token({ ...ours, nbf: 40 })],
    ['that is for nobody', () => token({ ...ours, sub: null })],
    ['for somebody whom no history could name', () => token({ ...ours, sub: 'a\0b' })],
    ['of another issuer', () => token({ ...ours, iss: 'https://elsewhere.example.com' })],
    ['for another audience', () => token({ ...ours, aud: 'invoices' })],
    ['that is none', () => 'a.b.c'],
  ])('a token %s is refused', async (_, mint) => {
    const { status, headers } = await withToken(await mint());
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="ticket-system", error="invalid_token", /);
  });

  it('another kind of credentials is refused', async () => {
    const headers = { authorization: 'Basic YTpi' };
    expect((await stranger.ticket(1, headers)).status).toBe(401);
  });

  it.each([
    ['of the key before', () => token(ours, previousKey)],
    ['whose end is within the skew of clocks', () => token({ ...ours, exp: -20 })],
    ['whose beginning is so', () => token({ ...ours, nbf: 20 })],
  ])('a token %s is taken', async (_, mint) => {
    expect((await withToken(await mint())).status).toBe(404);
  });

  it('a token that was taken is refused once it has ended', async () => {
    const ending = await token({ ...ours, exp: -26 });
    expect((await withToken(ending)).status).toBe(404);
    await eventually(async () => (await withToken(ending)).status === 401);
  });

  it('tickets:read reads, and does not write', async () => {
    const { id } = (await writer.createTicket()).body;
    expect((await reader.ticket(id)).status).toBe(200);
    const refused = await Promise.all([
      reader.createTicket(),
      reader.updateStatus(id, 'closed'),
      reader.comment(id),
    ]);
    for (const { status, headers, problem } of refused) {
      expect(status).toBe(403);
      expect(headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="tickets:write"');
      expect(problem).toMatchObject({ scope: 'tickets:write' });
    }
    expect((await reader.ticket(id)).body).toMatchObject({ status: 'opened', comment_count: 0 });
  });

  it('tickets:write reads too, and no other scope does', async () => {
    expect((await writer.send('GET', '/ticket')).status).toBe(200);
    for (const scope of ['metrics:read tickets', null])
      expect((await withToken(await token({ ...ours, scope }))).status).toBe(403);
  });

  it('every call but the probes and the documentation needs a token', async () => {
    const { paths } = (await stranger.send<{ paths: Record<string, object> }>('GET', '/docs-json')).body;
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      path.startsWith('/health')
        ? []
        : Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
    );
    expect(calls.length).toBeGreaterThan(8);
    for (const [method, path] of calls)
      expect((await stranger.send(method, path.replace('{ticket_id}', '1'))).status).toBe(401);
    const headers = { authorization: 'Bearer nonsense' };
    for (const path of ['/health/live', '/health/ready', '/docs', '/docs-json'])
      expect((await stranger.send('GET', path, { headers })).status).toBe(200);
  });

  it('a ticket that is cached is not given to a stranger', async () => {
    const { id } = (await writer.createTicket()).body;
    expect((await fromCache(reader, id)).status).toBe(200);
    expect((await stranger.ticket(id)).status).toBe(401);
  });

  it('a stranger is refused before what they send is read', async () => {
    expect((await stranger.send('POST', '/ticket', json('{'))).status).toBe(401);
  });

  it('/metrics takes metrics:read alone', async () => {
    const prometheus = new Api(service.url, await token({ ...ours, scope: 'metrics:read' }));
    expect((await prometheus.send('GET', '/metrics')).status).toBe(200);
    expect((await writer.send('GET', '/metrics')).status).toBe(403);
  });
});

describe('The subject of a token', () => {
  it('stands as the actor in the history and in the feed', async () => {
    const { id } = (await writer.createTicket()).body;
    await writer.updateStatus(id, 'answered');
    await writer.comment(id);
    const billing = ['billing', 'billing', 'billing'];
    const history = await reader.send<History>('GET', `/ticket/${id}/history`);
    expect(history.body.items.map(({ actor }) => actor)).toEqual(billing);
    const feed = async () => (await reader.events(`from=beginning&ticket_id=${id}`)).body.items;
    // It waits for whatever else writes on the same server.
    await eventually(async () => (await feed()).length === 3);
    expect((await feed()).map(({ data }) => data.actor)).toEqual(billing);
  });

  it('has Idempotency-Keys of its own', async () => {
    const desk = new Api(service.url, await token({ ...ours, sub: 'desk' }));
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

describe('A stream of the feed', () => {
  it('ends with the token of who follows it', async () => {
    const follower = await token({ ...ours, exp: -26 });
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${follower}` };
    const response = await fetch(`${service.url}/events?from=now`, { headers });
    expect(response.status).toBe(200);
    const begin = Date.now();
    await response.text();
    expect(Date.now() - begin).toBeLessThan(7_000);
  });
});

describe('Where AUTH_REQUIRED is off', () => {
  it('the log says so at start, and tokens are not looked at', async () => {
    const open = await Service.start({ stores: service.stores });
    const api = new Api(open.url, 'nonsense');
    expect(open.log).toContain('Authentication is off (AUTH_REQUIRED=false)');
    const answers = await times(3, () => api.createTicket());
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    await open.stop();
  });

  it('a token is looked at for /metrics alone where METRICS_AUTH_REQUIRED is on', async () => {
    const environment = { METRICS_AUTH_REQUIRED: 'true' };
    const open = await Service.start({ stores: service.stores, environment });
    const prometheus = new Api(open.url, await token({ scope: 'metrics:read' }));
    const { id } = (await prometheus.createTicket()).body;
    const { items } = (await prometheus.send<History>('GET', `/ticket/${id}/history`)).body;
    expect(items.map(({ actor }) => actor)).toEqual([null]);
    expect((await prometheus.send('GET', '/metrics')).status).toBe(200);
    expect((await new Api(open.url).send('GET', '/metrics')).status).toBe(401);
    await open.stop();
  });
});
