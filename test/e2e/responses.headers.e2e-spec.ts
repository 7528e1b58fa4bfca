import { describe, expect, it } from '@jest/globals';

import { Api, json } from '../support/api.js';
import { sharedService } from '../support/shared-service.js';
import { Service } from '../support/service.js';

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
    const CORS_ORIGINS = `${desk}, https://portal.example.com`;
    const open = await Service.start({ stores: service().stores, environment: { CORS_ORIGINS } });
    const api = new Api(open.url);
    const allowed = await api.send('GET', '/ticket', { headers: { origin: desk } });
    expect(allowed.headers.get('access-control-allow-origin')).toBe(desk);
    expect(allowed.headers.get('access-control-expose-headers')).toContain('ETag');
    expect(allowed.headers.get('vary')).toContain('Origin');

    const { status, headers } = await api.send('OPTIONS', '/ticket/1', preflight);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(desk);
    expect(headers.get('access-control-allow-methods')).toContain('PUT');
    expect(headers.get('access-control-allow-headers')).toBe('if-match');

    const other = await api.send('GET', '/ticket', { headers: { origin: 'https://evil.example.com' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    await open.stop();
  });
});
