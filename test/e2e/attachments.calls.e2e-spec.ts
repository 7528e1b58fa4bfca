import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'content-disposition';

import { aComment, Api, count, times } from '../support/api.js';
import { Attachments, sha256 } from '../support/attachments.js';
import { Service } from '../support/service.js';
import { token } from '../support/tokens.js';

const bytes = 'It lists the same item twice.\n';

let service: Service;
let api: Api;
let ticket: Attachments;

beforeAll(async () => {
  service = await Service.start({ environment: { AUTH_REQUIRED: 'true', ATTACHMENTS_MAX_BYTES: '1000000' } });
  api = new Api(service.url, await token());
});

beforeEach(async () => {
  ticket = new Attachments(api, (await api.createTicket()).body.id);
});

afterAll(async () => {
  expect(service.output).not.toContain('"level":"error"');
  expect(await service.stop()).toBe(0);
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
