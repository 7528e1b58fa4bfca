import assert from 'node:assert/strict';

import createClient from 'openapi-fetch';

import type { paths } from './schema.js';

/** The tour of the documentation with a client generated from the OpenAPI document. */
const client = createClient<paths>({ baseUrl: process.argv[2] ?? '' });

const created = await client.POST('/ticket', {
  body: { theme: 'Invoice 2043 is wrong', text: 'It lists the same item twice.', email: 'ada@example.com' },
});
assert.equal(created.response.status, 201);
assert.ok(created.data);
const params = { path: { ticket_id: created.data.id } };

const comment = await client.POST('/ticket/{ticket_id}/comment', {
  params,
  body: { text: 'Which item do you mean?', email: 'support@example.com' },
});
assert.equal(comment.data?.ticket_id, created.data.id);

const bytes = 'Invoice 2043';
const attached = await client.POST('/ticket/{ticket_id}/attachment', {
  params,
  body: { name: 'invoice.txt', content_type: 'text/plain', size: bytes.length },
});
assert.ok(attached.data);
const { upload } = attached.data;
const place = new URL(upload.url, process.argv[2]);
const uploaded = await fetch(place, { method: upload.method, headers: upload.headers, body: bytes });
assert.equal(uploaded.status, 200);
const attachment = { path: { ...params.path, attachment_id: attached.data.id } };
const path = '/ticket/{ticket_id}/attachment/{attachment_id}';
const completed = await client.POST(`${path}/complete`, { params: attachment });
assert.equal(completed.data?.state, 'complete');
const content = await client.GET(`${path}/content`, { params: attachment, parseAs: 'text' });
assert.equal(content.data, bytes);
const removed = await client.DELETE(path, { params: attachment });
assert.equal(removed.data?.name, 'invoice.txt');

const etag = (await client.GET('/ticket/{ticket_id}', { params })).response.headers.get('etag') ?? '';
const updated = await client.PUT('/ticket/{ticket_id}', {
  params: { ...params, header: { 'If-Match': etag } },
  body: { status: 'answered' },
});
assert.equal(updated.data?.status, 'answered');
assert.equal(updated.data.comments[0]?.text, 'Which item do you mean?');

const rejected = await client.PUT('/ticket/{ticket_id}', { params, body: { status: 'answered' } });
assert.equal(rejected.error?.status, 409);
assert.deepEqual(rejected.error.allowed, ['awaited', 'closed']);

const listed = await client.GET('/ticket', {
  params: { query: { status: ['answered', 'closed'], limit: 1 } },
});
assert.equal(listed.data?.items[0]?.id, created.data.id);

const history = await client.GET('/ticket/{ticket_id}/history', { params });
assert.deepEqual(
  history.data?.items.map(({ type }) => type),
  ['ticket.created', 'comment.added', 'attachment.added', 'attachment.removed', 'ticket.status_changed'],
);
