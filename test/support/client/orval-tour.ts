import assert from 'node:assert/strict';

import {
  addComment,
  addTag,
  claimTicket,
  countTickets,
  createTicket,
  getTicket,
  listHistory,
  listTickets,
  updateTicket,
  updateTicketStatus,
} from './orval.js';

// The generated functions call paths, as pages of the same origin do.
const base = process.argv[2] ?? '';
const { fetch } = globalThis;
globalThis.fetch = (path, init) => fetch(base + String(path as string), init);

/** The tour of the documentation with the functions that orval generates from the OpenAPI document. */
const created = await createTicket({
  theme: 'Invoice 2043 is wrong',
  text: 'It lists the same item twice.',
  email: 'ada@example.com',
});
assert.ok(created.status === 201);
const { id } = created.data;

const comment = await addComment(id, { text: 'Which item do you mean?', email: 'support@example.com' });
assert.ok(comment.status === 201);
assert.equal(comment.data.ticket_id, id);

const etag = (await getTicket(id)).headers.get('etag') ?? '';
const updated = await updateTicketStatus(id, { status: 'answered' }, { headers: { 'If-Match': etag } });
assert.ok(updated.status === 200);
assert.equal(updated.data.comments[0]?.text, 'Which item do you mean?');

const rejected = await updateTicketStatus(id, { status: 'answered' });
assert.ok(rejected.status === 409);
assert.deepEqual(rejected.data.allowed, ['awaited', 'closed']);

const listed = await listTickets({ status: ['answered', 'closed'], limit: 1 });
assert.ok(listed.status === 200);
assert.equal(listed.data.items[0]?.id, id);

const history = await listHistory(id);
assert.ok(history.status === 200);
assert.deepEqual(
  history.data.items.map(({ type }) => type),
  ['ticket.created', 'comment.added', 'ticket.status_changed'],
);

// A team at work.
const ofShop = {
  ...{ theme: 'Parcel 77 is late', text: 'It was due on Monday.', email: 'bob@example.com' },
  ...{ external_id: `shop-${id}`, metadata: { order: '77', carrier: 'DHL' } },
};
const parcel = await createTicket(ofShop);
assert.ok(parcel.status === 201);
const again = await createTicket(ofShop);
assert.ok(again.status === 409);
assert.equal(again.data.ticket_id, parcel.data.id);
const claimed = await claimTicket(parcel.data.id, { assignee: 'grace' });
assert.ok(claimed.status === 200);
assert.equal(claimed.data.assignee, 'grace');
const tooLate = await claimTicket(parcel.data.id, { assignee: 'linus' });
assert.ok(tooLate.status === 409);
assert.equal(tooLate.data.assignee, 'grace');
const tagged = await addTag(parcel.data.id, 'delivery');
assert.ok(tagged.status === 200);
assert.deepEqual(tagged.data.tags, ['delivery']);
const team = { email: 'grace@example.com' };
const note = await addComment(parcel.data.id, {
  ...team,
  text: 'The carrier lost it.',
  visibility: 'internal',
});
assert.ok(note.status === 201);
assert.equal(note.data.visibility, 'internal');
await addComment(parcel.data.id, { ...team, text: 'We send it again today.' });
const patched = await updateTicket(parcel.data.id, {
  ...{ status: 'closed', priority: 'high', metadata: { carrier: null, depot: 'Bonn' } },
});
assert.ok(patched.status === 200);
assert.deepEqual(patched.data.metadata, { depot: 'Bonn', order: '77' });
const followed = await createTicket({ ...ofShop, external_id: null, follows: parcel.data.id });
assert.ok(followed.status === 201);
const found = await listTickets({ follows: parcel.data.id, sort: '-priority' });
assert.ok(found.status === 200);
assert.deepEqual(
  found.data.items.map((ticket) => ticket.id),
  [followed.data.id],
);
const counted = await countTickets({ by: 'assignee', follows: parcel.data.id });
assert.ok(counted.status === 200);
assert.deepEqual(counted.data.by, [{ value: null, count: 1, is_exact: true }]);
