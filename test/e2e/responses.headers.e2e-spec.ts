import { describe, expect, it } from '@jest/globals';

import { Api, aComment, json, times, type Ticket } from '../support/api.js';
import { sharedService } from '../support/shared-service.js';
import { Service } from '../support/service.js';
import { token } from '../support/tokens.js';

const { api, service } = sharedService();

describe('Every response', () => {
  it.each([
    ['a success', () => api.createTicket()],
    ['a problem', () => api.ticket(999)],
    ['a malformed body', () => api.send('POST', '/ticket', json('{'))],
    ['an unknown path', () => api.send('GET', '/nothing')],
  ])('has security headers: %s', async (_case, request) => {
    const { headers } = await request();
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(headers.get('vary')).toBe('Accept');
  });

  it('has a request id: a valid one of the client, or a new one', async () => {
    const given = { 'x-request-id': 'desk-17.a:b_c' };
    expect((await api.ticket(1, given)).headers.get('x-request-id')).toBe('desk-17.a:b_c');
    for (const invalid of ['two words', 'a'.repeat(129), '"}{"level":"error"']) {
      const id = (await api.ticket(1, { 'x-request-id': invalid })).headers.get('x-request-id');
      expect(id).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/);
    }
    const { problem, headers } = await api.ticket(999);
    expect(problem).toMatchObject({ request_id: headers.get('x-request-id') });
  });
});

describe('/docs', () => {
  it('may run only its own scripts', async () => {
    const { headers } = await api.send('GET', '/docs');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  });
});

describe('A web page of another origin', () => {
  const desk = 'https://desk.example.com';
  const preflight = {
    headers: {
      origin: desk,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'if-match',
    },
  };

  it('has no access while CORS_ORIGINS is unset', async () => {
    const { headers } = await api.send('GET', '/ticket', { headers: { origin: desk } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    const { headers: ofPreflight } = await api.send('OPTIONS', '/ticket/1', preflight);
    expect(ofPreflight.get('access-control-allow-origin')).toBeNull();
  });

  it('has access if CORS_ORIGINS lists its origin', async () => {
    const CORS_ORIGINS = `https://Desk.Example.com:443/, https://portal.example.com`;
    const environment = { CORS_ORIGINS, AUTH_REQUIRED: 'true', PUBLIC_URL: `${desk}/api/` };
    const open = await Service.start({ stores: service().stores, environment });
    const api = new Api(open.url, await token());
    const allowed = await api.send('GET', '/ticket', { headers: { origin: desk } });
    expect(allowed.headers.get('access-control-allow-origin')).toBe(desk);
    expect(allowed.headers.get('access-control-expose-headers')).toContain('ETag');
    for (const path of ['/ticket', '/ticket/1', '/events?limit=1', '/nowhere']) {
      const { headers } = await api.send('GET', path, { headers: { origin: desk } });
      expect([path, headers.get('vary')]).toEqual([path, 'Accept, Authorization, Origin']);
    }

    const { status, headers } = await api.send('OPTIONS', '/ticket/1', preflight);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(desk);
    expect(headers.get('access-control-allow-methods')).toContain('PUT');
    expect(headers.get('access-control-allow-headers')).toBe('if-match');

    const other = await api.send('GET', '/ticket', { headers: { origin: 'https://evil.example.com' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    await expectAddressesUnder(`${desk}/api`, api);
    await open.stop();
  });
});

/** Checks that everything that leads on begins with PUBLIC_URL. */
async function expectAddressesUnder(url: string, api: Api) {
  const created = await api.createTicket();
  const { id } = created.body;
  expect(created.headers.get('location')).toBe(`${url}/ticket/${id}`);
  // The comments beyond 100, in parts that a ticket's queue takes.
  for (let n = 0; n < 2; n++) await times(51, () => api.comment(id, aComment));
  expect((await api.ticket(id)).body.comments_next).toMatch(
    new RegExp(`^${url}/ticket/${id}/comment\\?cursor=`),
  );
  const list = await api.send<{ items: Ticket[] }>('GET', '/ticket?limit=1&sort=created_at');
  expect(list.headers.get('link')).toMatch(new RegExp(`^<${url}/ticket\\?limit=1&sort=created_at&cursor=`));
  const document = await api.send<{ servers: object[] }>('GET', '/docs-json');
  expect(document.body.servers).toEqual([{ url }]);
  expect((await api.send('GET', '/')).body).toMatchObject({ docs: `${url}/docs` });
}
