import { request } from 'node:http';
import { connect as connectTo } from 'node:net';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';

import { describe, expect, it } from '@jest/globals';

import { aComment, aTicket, bodyKinds, encode, json } from '../support/api.js';
import { sharedServiceRejectingWrites } from '../support/shared-service.js';
import { connect } from '../support/servers.js';

const { api, service, id } = sharedServiceRejectingWrites();

const kept = { ...aTicket, theme: 'kept' };

describe('A question mark', () => {
  const field = '?theme';

  it('at the beginning of a form belongs to the name of the field', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status, problem } = await api.send('PATCH', `/ticket/${id()}`, { body: '?theme=kept', headers });
    expect(status).toBe(400);
    expect(problem.errors).toEqual([{ field, message: 'is not a field of this endpoint' }]);
  });

  it('at the beginning of a query belongs to the name of the parameter', async () => {
    const { status, problem } = await api.send('GET', '/ticket??theme=kept');
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.field)).toEqual([field]);
  });
});

describe.each(bodyKinds)('The bounds of a ticket in %s', (kind) => {
  const longest = `${'a'.repeat(63)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(58)}.com`;

  it.each([
    ['a text of one character', { ...kept, text: 'x' }],
    ['a text of 10,000 characters', { ...kept, text: 'x'.repeat(10_000) }],
    ['a text of 8,000 emoji', { ...kept, text: '🙂'.repeat(8_000) }],
    ['an address of 254 characters', { ...kept, email: longest }],
  ])('accept %s', async (_case, fields) => {
    const { status, body } = await api.createTicket(fields, kind);
    expect(status).toBe(201);
    expect(body).toMatchObject(fields);
  });

  it.each([
    ['theme', 'an empty theme', '', 'must not be blank'],
    ['theme', 'a blank theme', ' \t\u00A0\u2003', 'must not be blank'],
    ['theme', 'a theme of 256 characters', 'x'.repeat(256), 'must have at most 255 characters'],
    ['theme', 'a theme of 256 emoji', '🙂'.repeat(256), 'must have at most 255 characters'],
    ['theme', 'a theme of 256 variation selectors', '\uFE0F'.repeat(256), 'must have at most 255 characters'],
    ['theme', 'a NUL', 'a\0b', 'must not contain NUL'],
    ['text', 'a blank text', '\r\n', 'must not be blank'],
    ['text', 'a text of 10,001 characters', 'x'.repeat(10_001), 'must have at most 10000 characters'],
    ['email', 'no address', 'ada', 'must be an email address'],
    ['email', 'an address with a space before it', ' ada@example.com', 'must be an email address'],
    ['email', 'an address of 255 characters', `a${longest}`, 'must have at most 254 characters'],
  ])('reject in %s: %s', async (field, _case, value, message) => {
    const { status, problem } = await api.createTicket({ ...aTicket, [field]: value }, kind);
    expect(status).toBe(400);
    expect(problem.errors).toEqual([{ field, message }]);
  });

  it('accept a theme of 255 emoji', async () => {
    const { body } = await api.createTicket({ ...aTicket, theme: '🙂'.repeat(255) }, kind);
    expect(Array.from(body.theme)).toHaveLength(255);
    const database = await connect(service().stores.database);
    await database.query('DELETE FROM ticket WHERE id = $1', [body.id]);
    await database.end();
  });

  it('name every missing field', async () => {
    const { problem } = await api.createTicket({ theme: 'a' }, kind);
    expect(problem.errors?.map(({ field }) => field)).toEqual(['text', 'email']);
  });

  it.each(['constructor', '__proto__', 'hasOwnProperty', 'status', 'id', 'toString'])(
    'reject the unknown field %s',
    async (field) => {
      const fields = Object.fromEntries([...Object.entries(aTicket), [field, 'x']]);
      const { status, problem } = await api.createTicket(fields, kind);
      expect(status).toBe(400);
      expect(problem.errors).toEqual([{ field, message: 'is not a field of this endpoint' }]);
    },
  );

  it('apply to a transition', async () => {
    const { status, problem } = await api.updateStatus(id(), 'opened', kind);
    expect(status).toBe(400);
    expect(problem.errors).toEqual([
      { field: 'status', message: 'must be one of answered, awaited, closed' },
    ]);
  });

  it('apply to a comment', async () => {
    const { status, problem } = await api.comment(id(), { ...aComment, text: ' ' }, kind);
    expect(status).toBe(400);
    expect(problem.errors).toEqual([{ field: 'text', message: 'must not be blank' }]);
  });
});

describe('A ticket id in a path', () => {
  it.each(['0', '-1', '+1', '01', '1e3', '1.0', '0x1', 'abc', '%201', '１'])(
    'is rejected as %s',
    async (written) => {
      for (const response of [
        await api.ticket(written),
        await api.send('PUT', `/ticket/${written}`, json('{"status":"closed"}')),
        await api.send('POST', `/ticket/${written}/comment`, json(JSON.stringify(aComment))),
      ]) {
        expect(response.status).toBe(400);
        expect(response.problem.errors?.[0]?.field).toBe('ticket_id');
      }
    },
  );

  it.each([
    '2147483648',
    '9007199254740991',
    '9007199254740993',
    '9223372036854775808',
    '99999999999999999999',
  ])('is not found as %s', async (written) => {
    const { status, problem } = await api.ticket(written);
    expect(status).toBe(404);
    expect(problem.detail).toBe(`There is no ticket ${written}`);
  });

  it.each([
    ['GET', '/ticket/%ff'],
    ['GET', '/ticket/%'],
    ['PUT', '/ticket/%zz'],
    ['POST', '/ticket/%ff/comment'],
    ['OPTIONS', '/ticket/%ff'],
  ])('is rejected if its percent-encoding is malformed: %s %s', async (method, path) => {
    expect((await api.send(method, path)).status).toBe(400);
    expect((await api.send('GET', '/health/live')).status).toBe(200);
  });
});

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

  it.each([
    ['', /^HTTP\/1.1 413 (?!.*Connection: close).*larger than 512 KiB/s],
    ['Expect: 100-continue\r\n', /^HTTP\/1.1 413 .*Connection: close.*larger than 512 KiB/s],
  ])('whose Content-Length is too large is rejected before it is sent: %j', async (expects, answer) => {
    expect(await headOf({ length: 3_000_000, headers: expects })).toMatch(answer);
  });

  it('without a length is rejected once it is too large', async () => {
    const stream = new Blob([Buffer.alloc(3_000_000)]).stream();
    const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    expect((await api.send('POST', '/ticket', init)).status).toBe(413);
  });

  it('is asked for with 100 Continue, unless its request is rejected anyway', async () => {
    const headers = 'Expect: 100-continue\r\n';
    expect(await headOf({ length: 3, headers })).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(await headOf({ length: 3, headers, path: '/nowhere' })).toMatch(/^HTTP\/1.1 (100|404) /);
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
      const socket = connectTo(Number(new URL(service().url).port), '127.0.0.1');
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

/** Sends the head of a request; returns the first part of the response. */
async function headOf({
  length,
  headers,
  path = '/ticket',
}: {
  length: number;
  headers: string;
  path?: string;
}) {
  const socket = connectTo(Number(new URL(service().url).port), '127.0.0.1');
  socket.setEncoding('utf8');
  const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length}`;
  socket.write(`${head}\r\n${headers}\r\n`);
  const [answer] = (await once(socket, 'data')) as [string];
  socket.destroy();
  return answer;
}
