import assert from 'node:assert/strict';

import {
  addComment,
  createTicket,
  getTicket,
  listHistory,
  listTickets,
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
