import { once } from 'node:events';
import { connect as connectTo } from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { aComment, aTicket, bodyKinds, json } from '../support/api.js';
import { connect } from '../support/servers.js';
import { sharedServiceRejectingWrites } from '../support/shared-service.js';

const { api, service, id } = sharedServiceRejectingWrites();

const kept = { ...aTicket, theme: 'kept' };

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
