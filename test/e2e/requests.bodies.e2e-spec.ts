import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from '@jest/globals';

import { aTicket, bodyKinds, encode, json } from '../support/api.js';
import { sharedServiceRejectingWrites } from '../support/shared-service.js';

const { api, service, id } = sharedServiceRejectingWrites();

describe('A body', () => {
  const post = (init: RequestInit) => api.send('POST', '/ticket', init);
  const withType = (type: string, body: NonNullable<RequestInit['body']>) =>
    post({ body, headers: { 'content-type': type } });

  it('of 512 KiB is accepted, and one byte more is rejected', async () => {
    const atLimit = JSON.stringify({ ...aTicket, theme: 'kept' }).padEnd(524_288);
    expect((await post(json(atLimit))).status).toBe(201);
    const { status, problem } = await post(json(`${atLimit} `));
    expect([status, problem.type]).toEqual([413, 'urn:problem-type:ticket-system:body-too-large']);
    expect(problem.detail).toBe('The body is larger than 512 KiB');
  });

  it('may have 128 fields', async () => {
    const form = new URLSearchParams(
      Array.from({ length: 128 }, (_, n) => [`f${n}`, 'x'] as [string, string]),
    );
    const { problem } = await post({ body: form });
    expect(problem.errors?.map(({ field }) => field)).toContain('f127');
  });

  it.each([
    ['an XML type', { 'content-type': 'application/xml' }],
    ['a type without a name', { 'content-type': ';' }],
    ['another charset', { 'content-type': 'application/json; charset=iso-8859-1' }],
    ['gzip', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ])('with %s is rejected with 415', async (_case, headers) => {
    expect((await post({ body: JSON.stringify(aTicket), headers })).status).toBe(415);
  });

  it('without a media type is rejected with 415', async () => {
    expect((await post({ body: Buffer.from('theme=a') })).status).toBe(415);
  });

  it('that is empty lacks every field', async () => {
    const { status, problem } = await post({});
    expect(status).toBe(400);
    expect(problem.errors?.map(({ field }) => field)).toEqual(['theme', 'text', 'email']);
  });

  it.each(['', '{', 'null', '[]', '"a"', '1', '{"theme":}', "{'theme':'a'}"])(
    'of malformed JSON is rejected: %s',
    async (body) => {
      expect((await post(json(body))).status).toBe(400);
    },
  );

  it.each([[5], [true], [['a']], [{ a: 1 }], [{ constructor: 'a' }], [null]])(
    'with %j instead of a text is rejected',
    async (theme) => {
      const { status, problem } = await post(json(JSON.stringify({ ...aTicket, theme })));
      expect(status).toBe(400);
      expect(problem.errors?.map(({ field }) => field)).toEqual(['theme']);
    },
  );

  it('with a lone surrogate is rejected', async () => {
    const { status, problem } = await post(json(JSON.stringify({ ...aTicket, theme: '\uD83D' })));
    expect(status).toBe(400);
    expect(problem.errors).toEqual([{ field: 'theme', message: 'must not contain lone surrogates' }]);
  });

  it('nested 50,000 deep is rejected', async () => {
    const deep = `{"theme":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const { status, problem } = await post(json(deep));
    expect(status).toBe(400);
    expect(problem.errors).toEqual([{ field: 'theme', message: 'must be a single value' }]);
  });

  it.each([
    ['JSON', 'application/json', Buffer.from('7b227468656d65223a22ff227d', 'hex')],
    ['a form', 'application/x-www-form-urlencoded', 'theme=%FF&text=a&email=ada@example.com'],
    ['a half escape', 'application/x-www-form-urlencoded', 'theme=%&text=a&email=ada@example.com'],
    ['form-data', 'multipart/form-data; boundary=x', part('theme', Buffer.from([0xff]))],
  ])('that is not UTF-8 is rejected in %s', async (_case, type, body) => {
    const { status, problem } = await withType(type, body);
    expect([status, problem.errors?.[0]?.field]).toEqual([400, 'body']);
  });

  it('with a repeated field is rejected', async () => {
    const twice = new FormData();
    for (const [name, value] of [...Object.entries(aTicket), ['theme', 'b']] as const)
      twice.append(name, value);
    const form = new URLSearchParams([...Object.entries(aTicket), ['theme', 'b']]);
    for (const body of [twice, form]) {
      const { status, problem } = await post({ body });
      expect(status).toBe(400);
      expect(problem.errors).toEqual([{ field: 'theme', message: 'must be a single value' }]);
    }
  });

  it('with a file is rejected', async () => {
    const form = encode(aTicket, 'form-data').body as FormData;
    form.append('attachment', new Blob(['x']), 'x.txt');
    const { status, problem } = await post({ body: form });
    expect(status).toBe(400);
    expect(problem.errors).toEqual([{ field: 'attachment', message: 'must be a text, not a file' }]);
  });

  it.each([
    ['no boundary', 'multipart/form-data', 'x'],
    ['an empty boundary', 'multipart/form-data; boundary=', 'x'],
    ['another boundary', 'multipart/form-data; boundary=y', part('theme', Buffer.from('a'))],
    ['no end', 'multipart/form-data; boundary=x', part('theme', Buffer.from('a')).subarray(0, -8)],
  ])('of malformed form-data is rejected: %s', async (_case, type, body) => {
    const { status, problem } = await withType(type, body);
    expect([status, problem.errors?.[0]?.field]).toEqual([400, 'body']);
  });

  it.each(bodyKinds)('of 129 fields is rejected with one error: %s', async (kind) => {
    const fields = Object.fromEntries(Array.from({ length: 129 }, (_, n) => [`f${n}`, 'x']));
    const { status, problem } = await post(encode(fields, kind));
    expect([status, problem.errors?.map(({ field }) => field)]).toEqual([400, ['body']]);
  });
});

describe('A request', () => {
  it('for an unknown route gets a problem', async () => {
    const { status, headers, problem } = await api.send('GET', '/nowhere');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(problem.instance).toBe('/nowhere');
  });

  it.each(['http://[/ticket', 'http://', 'a://'])(
    'for %s, which has no path, gets a problem',
    async (target) => {
      const socket = connect(Number(new URL(service().url).port), '127.0.0.1');
      socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\nX-Request-Id: odd\r\nConnection: close\r\n\r\n`);
      const response = await text(socket);
      expect(response).toMatch(/^HTTP\/1.1 400 /);
      expect(response).toContain('application/problem+json');
      expect(response).toContain('"request_id":"odd"');
    },
  );

  it('with 1,000 parameters is rejected', async () => {
    const query = Array.from({ length: 1_000 }, (_, n) => `p${n}=1`).join('&');
    expect((await api.send('GET', `/ticket?${query}`)).status).toBe(400);
  });

  it('with huge headers is rejected', async () => {
    const { status } = await api.send('GET', '/ticket', { headers: { 'x-huge': 'x'.repeat(20_000) } });
    expect(status).toBe(431);
    expect((await api.ticket(id())).status).toBe(200);
  });

  it('with OPTIONS gets the allowed methods', async () => {
    const { status, headers } = await api.send('OPTIONS', '/ticket/1');
    expect([status, headers.get('allow')]).toEqual([204, 'GET, HEAD, PATCH, PUT']);
  });

  it.each([
    ['DELETE', '/ticket/1', 'GET, HEAD, PATCH, PUT'],
    ['POST', '/ticket/1', 'GET, HEAD, PATCH, PUT'],
    ['PATCH', '/ticket', 'GET, HEAD, POST'],
    ['PUT', '/health/live', 'GET, HEAD'],
  ])('with a method that is not allowed gets 405: %s %s', async (method, path, allow) => {
    const { status, headers, problem } = await api.send(method, path);
    expect([status, headers.get('allow')]).toEqual([405, allow]);
    expect(problem.type).toBe('urn:problem-type:ticket-system:method-not-allowed');
  });

  it('for the root tells where the documentation is', async () => {
    const { status, body } = await api.send('GET', '/');
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ name: 'Ticket System', docs: '/docs', openapi: '/docs-json' }),
    ]);
  });

  it('that breaks off in its body does not affect others', async () => {
    const sent = request(`${service().url}/ticket`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '1000' },
    });
    await new Promise<void>((done) => {
      sent.on('error', () => {
        done();
      });
      sent.write('{"theme":', () => sent.destroy(new Error('cut')));
    });
    expect((await api.ticket(id())).status).toBe(200);
  });
});

/** A form-data body of one field with the boundary x. */
function part(name: string, value: Buffer): Buffer {
  const head = `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), value, Buffer.from('\r\n--x--\r\n')]);
}

describe('What clients send by default', () => {
  const form = (body: string): RequestInit => ({
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const due = (time: string) => JSON.stringify({ ...aTicket, due_at: time });

  // The notations of qs with indexes, Python's requests, curl and fetch.
  it.each<[string, RequestInit | undefined, RegExp]>([
    ['/ticket?status[0]=opened&status[1]=closed', undefined, /repeat the name for each value/],
    ['/ticket?assignee[0]=ada', undefined, /repeat the name for each value/],
    ['/ticket?metadata=order', undefined, /name\[key\]=value/],
    ['/ticket?created_from=2026-11-23T07:15:42+01:00', undefined, /write the \+ of an offset as %2B/],
    ['/ticket?email=ada+x@example.com', undefined, /write \+ as %2B/],
    ['/ticket', form('theme=a&text=b&email=ada+x@example.com'), /write \+ as %2B/],
    ['/ticket', form('theme=a&text=b&email=a@b.co&tags[0]=a'), /repeat the name for each value/],
    ['/ticket', form('theme=a&text=100% sure&email=a@b.co'), /write % as %25/],
    ['/ticket', form(JSON.stringify(aTicket)), /send it as application\/json/],
    ['/ticket', { body: JSON.stringify(aTicket) }, /send application\/json/],
    ['/ticket', json(due('2026-11-23T07:15:42.505123')), /add Z, or an offset/],
    ['/ticket', json(due('Mon, 23 Nov 2026 07:15:42 GMT')), /such as 2026-11-23T07:15:42.505Z/],
  ])('is rejected with how to write it: %s %j', async (path, init, message) => {
    const { status, problem } = await api.send(init ? 'POST' : 'GET', path, init);
    expect([400, 415]).toContain(status);
    expect(problem.detail).toMatch(message);
  });
});
