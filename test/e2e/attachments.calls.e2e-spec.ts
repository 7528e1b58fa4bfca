import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'content-disposition';

import { SignedLinks } from '../../src/attachments/signed-links.js';
import { readEnvironment } from '../../src/config/read-environment.js';
import { aComment, Api, count, times } from '../support/api.js';
import { Attachments, sha256 } from '../support/attachments.js';
import { eventually } from '../support/eventually.js';
import { connect, type Stores } from '../support/servers.js';
import { secretKey, Service, type ServiceWithStores } from '../support/service.js';
import { token } from '../support/tokens.js';

const bytes = 'It lists the same item twice.\n';

let service: ServiceWithStores;
let api: Api;
let ticket: Attachments;

const folder = mkdtempSync(join(tmpdir(), 'ticket-attachments-'));

async function start(stores?: Stores): Promise<void> {
  const environment = { AUTH_REQUIRED: 'true', ATTACHMENTS_MAX_BYTES: '1000000', ATTACHMENTS_DIR: folder };
  service = await Service.start({ environment, ...(stores && { stores }) });
  api = new Api(service.url, await token());
}

beforeAll(() => start());

beforeEach(async () => {
  ticket = new Attachments(api, (await api.createTicket()).body.id);
});

afterAll(async () => {
  expect(service.output).not.toContain('"level":"error"');
  expect(await service.stop()).toBe(0);
  rmSync(folder, { recursive: true });
});

describe('An attachment', () => {
  it('is created, uploaded, completed, listed and downloaded', async () => {
    const { status, headers, body } = await ticket.create(bytes, { sha256: sha256(bytes).toUpperCase() });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/ticket/${ticket.ticketId}/attachment/${body.id}`);
    const { upload, ...pending } = body;
    expect(pending).toEqual({
      ...{ id: body.id, ticket_id: ticket.ticketId, name: 'notes.txt', content_type: 'text/plain' },
      ...{ size: bytes.length, sha256: sha256(bytes), visibility: 'public', comment_id: null },
      ...{ author: 'team', state: 'pending', created_at: expect.any(String), completed_at: null },
    });
    expect(Date.parse(upload.expires_at) - Date.parse(pending.created_at)).toBeLessThanOrEqual(86_400_000);
    expect((await ticket.upload(body, bytes)).status).toBe(200);
    expect((await ticket.find(body.id)).body).toEqual(pending);

    const completed = await ticket.complete(body.id);
    expect(completed.status).toBe(200);
    expect(completed.body).toEqual({ ...pending, state: 'complete', completed_at: expect.any(String) });
    expect((await ticket.list()).body.items).toEqual([completed.body]);
    expect((await ticket.list('?state=pending')).body.items).toEqual([]);
    const content = await ticket.content(body.id);
    expect([content.status, content.headers.get('cache-control')]).toEqual([302, 'private, no-cache']);
    expect(content.headers.get('location')).toBe(content.body.url);
    expect(Date.parse(content.body.expires_at) - Date.now()).toBeLessThanOrEqual(300_000);
    expect(await (await ticket.download(body.id)).text()).toBe(bytes);
  });

  it('is a change of its ticket when it is completed, and when it is removed, each with one event', async () => {
    expect((await api.ticket(ticket.ticketId)).headers.get('etag')).toBe('"1"');
    const { id } = await ticket.attach(bytes);
    expect((await api.ticket(ticket.ticketId)).headers.get('etag')).toBe('"2"');
    expect((await ticket.remove(id)).status).toBe(200);
    expect((await ticket.remove(id)).status).toBe(404);
    expect((await ticket.find(id)).status).toBe(404);
    expect((await api.ticket(ticket.ticketId)).headers.get('etag')).toBe('"3"');
    const history = await api.send<{ items: object[] }>('GET', `/ticket/${ticket.ticketId}/history`);
    const data = { attachment_id: id, visibility: 'public' };
    expect(history.body.items).toMatchObject([
      { type: 'ticket.created', version: 1 },
      { type: 'attachment.added', version: 2, actor: 'billing', data },
      { type: 'attachment.removed', version: 3, actor: 'billing', data },
    ]);
  });

  it('that is removed before it is complete is no change of its ticket', async () => {
    const { body } = await ticket.create(bytes);
    expect((await ticket.remove(body.id)).status).toBe(200);
    expect((await api.ticket(ticket.ticketId)).headers.get('etag')).toBe('"1"');
    expect((await ticket.upload(body, bytes)).status).toBe(404);
  });

  it('of a closed ticket is neither created, nor completed, nor removed', async () => {
    const complete = await ticket.attach(bytes);
    const { body } = await ticket.create(bytes);
    await ticket.upload(body, bytes);
    await api.updateStatus(ticket.ticketId, 'closed');
    for (const { status, problem } of [
      await ticket.create(bytes),
      await ticket.complete(body.id),
      await ticket.remove(complete.id),
    ])
      expect([status, problem.type]).toEqual([409, 'urn:problem-type:ticket-system:ticket-closed']);
    expect((await ticket.complete(complete.id)).status).toBe(200);
    expect((await ticket.download(complete.id)).status).toBe(200);
  });

  it('may belong to a comment of its ticket and to no other, and is internal if the comment is', async () => {
    const { id } = (await api.comment(ticket.ticketId)).body;
    expect((await ticket.create(bytes, { comment_id: id })).body.comment_id).toBe(id);
    const internal = await api.comment(ticket.ticketId, { ...aComment, visibility: 'internal' });
    const fields = { comment_id: internal.body.id, visibility: 'public' };
    expect((await ticket.create(bytes, fields)).body.visibility).toBe('internal');
    const other = new Attachments(api, (await api.createTicket()).body.id);
    const { status, problem } = await other.create(bytes, { comment_id: id });
    expect([status, problem.errors?.map(({ field }) => field)]).toEqual([400, ['comment_id']]);
  });

  it.each([
    ['name', 'a/b'],
    ['name', 'a\\b'],
    ['name', '..'],
    ['name', 'a\nb'],
    ['name', 'a\u007fb'],
    ['name', 'a\0b'],
    ['name', 'fdp.\u202eexe'],
    ['name', '\ud800'],
    ['name', ' '],
    ['name', '語'.repeat(86)],
    ['content_type', 'text'],
    ['content_type', 'text/plain\r\nX: 1'],
    ['size', -1],
    ['size', 1_000_001],
    ['size', '1e3'],
    ['sha256', 'abc'],
    ['visibility', 'secret'],
    ['comment_id', 999_999],
  ])('with %s %j is rejected by that name', async (field, value) => {
    const { status, problem } = await ticket.create(bytes, { [field]: value });
    expect([status, problem.errors?.map((error) => error.field)]).toEqual([400, [field]]);
    expect((await ticket.list()).body.items).toEqual([]);
  });

  it('is created once for an Idempotency-Key, and completed once', async () => {
    const key = { 'Idempotency-Key': 'attach-1' };
    const [first, second] = [await ticket.create(bytes, {}, key), await ticket.create(bytes, {}, key)];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.body.id).toBe(first.body.id);
    expect((await ticket.upload(second.body, bytes)).status).toBe(200);
    const completed = await times(16, () => ticket.complete(first.body.id));
    expect(count(completed, 200)).toBe(16);
    expect((await ticket.complete(first.body.id)).status).toBe(200);
    expect((await api.ticket(ticket.ticketId)).headers.get('etag')).toBe('"2"');
  });

  it('is neither completed nor removed in a version that If-Match does not name', async () => {
    const { body } = await ticket.create(bytes);
    await ticket.upload(body, bytes);
    expect((await ticket.complete(body.id, { 'If-Match': '"7"' })).status).toBe(412);
    expect((await ticket.complete(body.id, { 'If-Match': '"1"' })).status).toBe(200);
    expect((await ticket.remove(body.id, { 'If-Match': '"1"' })).status).toBe(412);
    expect((await ticket.remove(body.id, { 'If-Match': '"2"' })).status).toBe(200);
  });
});

describe('A name', () => {
  it.each([
    'Rechnung für März.pdf',
    'счёт 2043.pdf',
    '請求書.pdf',
    'فاتورة.pdf',
    'हिन्दी.txt',
    '🧾👩‍👩‍👧.png',
    'Cafe\u0301.txt',
    'Caf\u00e9.txt',
    `a "quoted" 'name'; x=1, 100%41.txt`,
    '<script>.html',
    '.htaccess',
    ' padded ',
    'a'.repeat(255),
    '語'.repeat(85),
  ])('is stored, listed and downloaded unchanged: %s', async (name) => {
    const { id } = await ticket.attach(bytes, { name });
    expect((await ticket.list()).body.items[0]?.name).toBe(name);
    const disposition = parse((await ticket.download(id)).headers.get('content-disposition') ?? '');
    expect([disposition.type, disposition.parameters['filename']]).toEqual(['attachment', name]);
  });
});

describe('A download', () => {
  it('has the headers that keep a browser from showing or running it', async () => {
    const { id } = await ticket.attach('<script>', { name: 'a.html', content_type: 'text/html' });
    const { headers } = await ticket.download(id);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html',
      'content-disposition': 'attachment; filename=a.html',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none';sandbox;frame-ancestors 'none'",
      'cache-control': 'no-store',
    });
  });

  it('has the type that was told, whatever its bytes are', async () => {
    const { id } = await ticket.attach('%PDF-1.7', { name: 'a.html', content_type: 'x-app/own; v=1' });
    expect((await ticket.download(id)).headers.get('content-type')).toBe('x-app/own; v=1');
  });

  it('may be one range', async () => {
    const { id } = await ticket.attach(bytes);
    const response = await ticket.download(id, { headers: { range: 'bytes=3-7' } });
    expect([response.status, await response.text()]).toEqual([206, bytes.slice(3, 8)]);
  });
});

/** Names of all files in the folder of the attachments. */
const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

describe('A completion', () => {
  const invalid = [409, 'urn:problem-type:ticket-system:upload-invalid'];

  it('without an upload is rejected, and succeeds after one', async () => {
    const { body } = await ticket.create(bytes);
    const { status, problem } = await ticket.complete(body.id);
    expect([status, problem.type]).toEqual(invalid);
    await ticket.upload(body, bytes);
    expect((await ticket.complete(body.id)).status).toBe(200);
  });

  it('of bytes with another hash is rejected, and succeeds after they are uploaded again', async () => {
    const { body } = await ticket.create(bytes, { sha256: sha256(bytes) });
    await ticket.upload(body, bytes.toUpperCase());
    const { status, problem } = await ticket.complete(body.id);
    expect([status, problem.type]).toEqual(invalid);
    expect((await ticket.find(body.id)).body.state).toBe('pending');
    expect((await ticket.content(body.id)).problem.type).toMatch(/attachment-pending$/);
    await ticket.upload(body, bytes);
    expect((await ticket.complete(body.id)).status).toBe(200);
    expect(await (await ticket.download(body.id)).text()).toBe(bytes);
  });

  it('is final: the bytes cannot be replaced afterwards', async () => {
    const { body } = await ticket.create(bytes);
    await ticket.upload(body, bytes);
    await ticket.complete(body.id);
    const { status } = await ticket.upload(body, bytes.toUpperCase());
    expect(status).toBe(409);
    expect(await (await ticket.download(body.id)).text()).toBe(bytes);
  });
});

describe('An upload', () => {
  it('of another size is rejected, with and without Content-Length, and leaves nothing', async () => {
    const { body } = await ticket.create(bytes);
    const before = files();
    for (const wrong of ['short', bytes + bytes]) {
      expect((await ticket.upload(body, wrong)).status).toBe(400);
      const stream = new Blob([wrong]).stream();
      const chunked = await ticket.upload(body, bytes, { body: stream, duplex: 'half' });
      expect(chunked.status).toBe(400);
      expect(await chunked.json()).toMatchObject({ errors: [{ field: 'body' }] });
    }
    expect(files()).toEqual(before);
  });

  it('that is interrupted leaves nothing', async () => {
    const large = Buffer.alloc(900_000, 'x');
    const { body } = await ticket.create(large);
    const before = files();
    const sent = request(ticket.absolute(body.upload.url), {
      method: 'PUT',
      headers: { 'content-length': 900_000 },
    });
    sent.on('error', () => undefined);
    sent.write(large.subarray(0, 500_000));
    await eventually(() => files().length > before.length);
    sent.destroy();
    await eventually(() => files().length === before.length);
    expect((await ticket.upload(body, large)).status).toBe(200);
  });

  it('may be empty', async () => {
    const { id } = await ticket.attach('');
    expect(await (await ticket.download(id)).text()).toBe('');
  });

  it('of 200 clients at once succeeds', async () => {
    const created: Awaited<ReturnType<Attachments['create']>>[] = [];
    while (created.length < 200)
      created.push(...(await times(20, (n) => ticket.create(`${created.length + n}`.padStart(3)))));
    const uploads = await times(200, (n) => {
      const { body } = created[n] ?? {};
      return body ? ticket.upload(body, `${n}`.padStart(3)) : Promise.reject(new Error('not created'));
    });
    expect(count(uploads, 200)).toBe(200);
    expect(files().filter((name) => name.includes('.'))).toEqual([]);
  });
});

describe('A signed URL', () => {
  const invalid = async (response: Promise<Response>) => {
    const { status, body } = await response.then(async (r) => ({
      status: r.status,
      body: (await r.json()) as object,
    }));
    expect([status, body]).toMatchObject([403, { type: 'urn:problem-type:ticket-system:link-invalid' }]);
  };

  it('is rejected when it is altered, or used for another attachment, another ticket or another purpose', async () => {
    const { body } = await ticket.create(bytes);
    const { id } = await ticket.attach(bytes);
    const { url } = (await ticket.content(id)).body;
    const other = new Attachments(api, (await api.createTicket()).body.id);
    const elsewhere = await other.attach(bytes);
    const last = url.endsWith('A') ? 'B' : 'A';
    for (const altered of [
      url.slice(0, -1) + last,
      url.replace(/expires=\d/, 'expires=9'),
      url.replace(/caller=[^&]*&/, ''),
      url.replace(`/attachment/${id}/`, `/attachment/${body.id}/`),
      url.replace(/^\/ticket\/\d+\/attachment\/\d+/, `/ticket/${other.ticketId}/attachment/${elsewhere.id}`),
      body.upload.url,
    ])
      await invalid(fetch(ticket.absolute(altered)));
    await invalid(fetch(ticket.absolute(url), { method: 'PUT', body: bytes }));
    expect((await fetch(ticket.absolute(url))).status).toBe(200);
  });

  it('is rejected when it has expired, or was signed with another key', async () => {
    const { id } = await ticket.attach(bytes);
    const path = { ticket_id: ticket.ticketId, attachment_id: id };
    const signedBy = (key: string) => new SignedLinks(readEnvironment({ SECRET_KEY: key }));
    const fetchUntil = (ms: number, key = secretKey) =>
      fetch(ticket.absolute(signedBy(key).sign('download', path, new Date(Date.now() + ms), undefined).url));
    expect((await fetchUntil(60_000)).status).toBe(200);
    await invalid(fetchUntil(-1_000));
    await invalid(fetchUntil(60_000, 'b'.repeat(32)));
  });

  it('needs no token, and is rejected with the token of another caller', async () => {
    const { body } = await ticket.create(bytes);
    const authorization = (text: string) => ({ headers: { authorization: `Bearer ${text}` } });
    const stranger = authorization(await token({ sub: 'stranger' }));
    await invalid(ticket.upload(body, bytes, stranger));
    expect((await ticket.upload(body, bytes)).status).toBe(200);
    await ticket.complete(body.id);
    await invalid(ticket.download(body.id, stranger));
    expect((await ticket.download(body.id, authorization(await token()))).status).toBe(200);
    expect((await ticket.download(body.id)).status).toBe(200);
  });

  it.each(['', '?expires=1', '?expires=x&signature=x'])(
    'without its parameters is rejected: %s',
    async (query) => {
      const { status } = await api.send('GET', `/ticket/${ticket.ticketId}/attachment/1/file${query}`);
      expect(status).toBe(400);
    },
  );
});

describe('The jobs at a start', () => {
  it('delete attachments that were not completed in 24 hours, and all bytes that no attachment needs', async () => {
    const [kept, removed] = [await ticket.attach(bytes), await ticket.attach(bytes)];
    const { body: pending } = await ticket.create(bytes);
    await ticket.upload(pending, bytes);
    await ticket.remove(removed.id);
    const database = await connect(service.stores.database);
    await database.query(`UPDATE attachment SET created_at = created_at - interval '26 hours'`);
    await database.query(`UPDATE attachment_deletion SET due_at = now(), final_at = now()`);
    const { rows } = await database.query<{ key: string }>(
      `SELECT stored_key AS key FROM attachment WHERE state = 'complete'`,
    );
    const needed = rows.map(({ key }) => key);
    expect(files().length).toBeGreaterThan(needed.length);

    await service.stop();
    await start(service.stores);
    await eventually(() => files().length === needed.length);
    expect(files().sort()).toEqual(needed.sort());
    const again = new Attachments(api, ticket.ticketId);
    expect((await again.list()).body.items.map(({ id }) => id)).toEqual([kept.id]);
    expect(await (await again.download(kept.id)).text()).toBe(bytes);
    expect((await database.query('SELECT key FROM attachment_deletion')).rows).toEqual([]);
    await database.end();
  });
});
