import { describe, expect, it } from '@jest/globals';

import { Api, json } from '../support/api.js';
import { oneService } from '../support/one-service.js';
import { Service } from '../support/service.js';

const { api, service } = oneService();

describe('Every answer', () => {
  it.each([
    ['a success', () => api.createTicket()],
    ['a problem', () => api.ticket(999)],
    ['a body that cannot be read', () => api.send('POST', '/ticket', json('{'))],
    ['a path that there is not', () => api.send('GET', '/nothing')],
  ])('%s too, is nothing that a browser shows, frames or guesses at', async (_, call) => {
    const { headers } = await call();
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('has the id of its request: the one that the client gave, or one of its own', async () => {
    const given = { 'x-request-id': 'desk-17.a:b_c' };
    expect((await api.ticket(1, given)).headers.get('x-request-id')).toBe('desk-17.a:b_c');
    for (const odd of ['two words', 'a'.repeat(129), '"}{"level":"error"']) {
      const id = (await api.ticket(1, { 'x-request-id': odd })).headers.get('x-request-id');
      expect(id).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/);
    }
    const { problem, headers } = await api.ticket(999);
    expect(problem).toMatchObject({ request_id: headers.get('x-request-id') });
  });
});

describe('/docs', () => {
  it('may run its own scripts and no others', async () => {
    const { headers } = await api.send('GET', '/docs');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  });
});

describe('A page of another origin', () => {
  const desk = 'https://desk.example.com';
  const preflight = {
    headers: {
      origin: desk,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'if-match',
    },
  };

  it('is told nothing unless CORS_ORIGINS is set', async () => {
    const { headers } = await api.send('GET', '/ticket', { headers: { origin: desk } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    const { headers: ofPreflight } = await api.send('OPTIONS', '/ticket/1', preflight);
    expect(ofPreflight.get('access-control-allow-origin')).toBeNull();
  });

  it('may call the service if it is one of those', async () => {
    const CORS_ORIGINS = `${desk}, https://portal.example.com`;
    const open = await Service.start({ stores: service().stores, environment: { CORS_ORIGINS } });
    const call = new Api(open.url);
    const allowed = await call.send('GET', '/ticket', { headers: { origin: desk } });
    expect(allowed.headers.get('access-control-allow-origin')).toBe(desk);
    expect(allowed.headers.get('access-control-expose-headers')).toContain('ETag');
    expect(allowed.headers.get('vary')).toContain('Origin');

    const { status, headers } = await call.send('OPTIONS', '/ticket/1', preflight);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(desk);
    expect(headers.get('access-control-allow-methods')).toContain('PUT');
    expect(headers.get('access-control-allow-headers')).toBe('if-match');

    const other = await call.send('GET', '/ticket', { headers: { origin: 'https://evil.example.com' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    await open.stop();
  });
});
