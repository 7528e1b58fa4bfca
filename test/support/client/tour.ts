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

// A team at work.
const ofShop = {
  ...{ theme: 'Parcel 77 is late', text: 'It was due on Monday.', email: 'bob@example.com' },
  ...{ external_id: `shop-${created.data.id}`, metadata: { order: '77', carrier: 'DHL' } },
};
const parcel = await client.POST('/ticket', { body: ofShop });
assert.ok(parcel.data);
const again = await client.POST('/ticket', { body: ofShop });
assert.equal(again.error?.ticket_id, parcel.data.id);
const ofParcel = { path: { ticket_id: parcel.data.id } };
const claimed = await client.POST('/ticket/{ticket_id}/claim', {
  params: ofParcel,
  body: { assignee: 'grace' },
});
assert.equal(claimed.data?.assignee, 'grace');
const tooLate = await client.POST('/ticket/{ticket_id}/claim', {
  params: ofParcel,
  body: { assignee: 'linus' },
});
assert.equal(tooLate.error?.assignee, 'grace');
const tagged = await client.PUT('/ticket/{ticket_id}/tag/{tag}', {
  params: { path: { ...ofParcel.path, tag: 'delivery' } },
});
assert.deepEqual(tagged.data?.tags, ['delivery']);
const note = await client.POST('/ticket/{ticket_id}/comment', {
  params: ofParcel,
  body: { text: 'The carrier has lost it.', email: 'grace@example.com', visibility: 'internal' },
});
assert.equal(note.data?.visibility, 'internal');
await client.POST('/ticket/{ticket_id}/comment', {
  params: ofParcel,
  body: { text: 'We send it again today.', email: 'grace@example.com' },
});
const patched = await client.PATCH('/ticket/{ticket_id}', {
  params: ofParcel,
  body: { status: 'closed', priority: 'high', metadata: { carrier: null, depot: 'Bonn' } },
});
assert.deepEqual(patched.data?.metadata, { depot: 'Bonn', order: '77' });
assert.deepEqual([patched.data.status, patched.data.priority], ['closed', 'high']);
const followed = await client.POST('/ticket', {
  body: { ...ofShop, external_id: null, follows: parcel.data.id },
});
assert.equal(followed.data?.follows, parcel.data.id);
const query = { follows: parcel.data.id, metadata: { order: '77' }, sort: '-priority' } as const;
const found = await client.GET('/ticket', { params: { query } });
assert.deepEqual(
  found.data?.items.map(({ id }) => id),
  [followed.data.id],
);
const counted = await client.GET('/ticket/count', {
  params: { query: { by: 'assignee', follows: query.follows } },
});
assert.deepEqual(counted.data?.by, [{ value: null, count: 1, is_exact: true }]);
