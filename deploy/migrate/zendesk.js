/*
 * Writes a line of an import for each ticket of a JSON export of Zendesk, which has a ticket or a user a line:
 * node zendesk.js users.json tickets.json > tickets.ndjson
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const [usersFile, ticketsFile] = process.argv.slice(2);
if (!usersFile || !ticketsFile) throw new Error('node zendesk.js <users.json> <tickets.json>');

async function* objects(file) {
  for await (const line of createInterface({ input: createReadStream(file) }))
    if (line.trim()) yield JSON.parse(line);
}

const users = new Map();
for await (const { id, email, role } of objects(usersFile)) users.set(id, { email, role });

/** The address of a user. Users without one, such as callers, get one that no mail reaches. */
const emailOf = (id) => users.get(id)?.email ?? `user-${id}@zendesk.invalid`;

const isTeam = (id) => ['agent', 'admin'].includes(users.get(id)?.role);

/** Zendesk does not say whether an open ticket was answered; its last public comment does. A solved ticket cannot be reopened here. */
function statusOf({ status }, publicComments) {
  if (status === 'solved' || status === 'closed') return 'closed';
  if (status === 'pending' || status === 'hold') return 'answered';
  const answered = publicComments.some(({ author_id }) => isTeam(author_id));
  if (!answered) return 'opened';
  return isTeam(publicComments.at(-1).author_id) ? 'answered' : 'awaited';
}

/** Cuts a text to a number of characters (code points). */
const cut = (text, length) => Array.from(text).slice(0, length).join('');

/** Tags of Zendesk may have other characters, and be longer or more. */
const tagsOf = ({ tags = [] }) => {
  const valid = tags.map((tag) =>
    tag
      .toLowerCase()
      .replace(/[^a-z0-9_.:-]/g, '-')
      .replace(/^[^a-z0-9]+/, ''),
  );
  return [...new Set(valid.filter(Boolean).map((tag) => tag.slice(0, 50)))].slice(0, 20);
};

const metadataOf = ({ custom_fields = [] }) =>
  Object.fromEntries(
    custom_fields
      .filter(({ value }) => value !== null && value !== '')
      .slice(0, 50)
      .map(({ id, value }) => [`field_${id}`, cut(String(value), 500)]),
  );

const priorities = ['low', 'normal', 'high', 'urgent'];

function toLine(ticket) {
  const { id, subject, description, requester_id, comments = [] } = ticket;
  // The first comment of Zendesk is the request itself.
  const [request, ...rest] = comments;
  const later = rest.filter(({ body }) => body?.trim());
  const isPublic = (comment) => comment.public !== false;
  return {
    external_id: `zendesk:${id}`,
    theme: cut(subject?.trim() || 'No subject', 255),
    text: cut(request?.body?.trim() ? request.body : description?.trim() || 'No text', 10_000),
    email: emailOf(requester_id),
    status: statusOf(ticket, later.filter(isPublic)),
    assignee: ticket.assignee_id ? `zendesk:${ticket.assignee_id}` : null,
    priority: priorities.includes(ticket.priority) ? ticket.priority : 'normal',
    tags: tagsOf(ticket),
    metadata: metadataOf(ticket),
    due_at: ticket.due_at ?? null,
    ...(ticket.via_followup_source_id && { follows_external_id: `zendesk:${ticket.via_followup_source_id}` }),
    created_at: ticket.created_at,
    updated_at: ticket.updated_at,
    comments: later.map((comment) => ({
      text: cut(comment.body, 10_000),
      email: emailOf(comment.author_id),
      author: isTeam(comment.author_id) ? 'team' : 'requester',
      visibility: isPublic(comment) ? 'public' : 'internal',
      created_at: comment.created_at,
    })),
  };
}

for await (const ticket of objects(ticketsFile)) {
  if (ticket.status !== 'deleted') console.log(JSON.stringify(toLine(ticket)));
}
