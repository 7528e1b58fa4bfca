import { aComment, type Api, aTicket, json, type Ticket } from './api.js';
import { Attachments } from './attachments.js';

/** A write; `:ticket`, `:comment`, `:attachment` and `:webhook` stand for ids of new ones. */
export interface Write {
  method: string;
  path: string;
  body: Record<string, unknown>;
  /** A statement that blocks the write. */
  lock?: string;
  /** A SQL expression whose value changes with each effect of the write; the number of events by default. */
  effect?: string;
}

const newKey = 'LOCK TABLE idempotency_key IN SHARE ROW EXCLUSIVE MODE';
const file = { name: 'a.txt', content_type: 'text/plain', size: 3 };

/** Every write that takes an Idempotency-Key. */
export const writes: Write[] = [
  { method: 'POST', path: '/ticket', body: aTicket },
  { method: 'PUT', path: '/ticket/:ticket', body: { status: 'answered' } },
  { method: 'PATCH', path: '/ticket/:ticket', body: { theme: 'Another theme' } },
  { method: 'POST', path: '/ticket/:ticket/claim', body: { assignee: 'ada' } },
  { method: 'PUT', path: '/ticket/:ticket/tag/vip', body: {} },
  { method: 'DELETE', path: '/ticket/:ticket/tag/billing', body: {} },
  { method: 'PUT', path: '/ticket/:ticket/redaction', body: {} },
  { method: 'POST', path: '/ticket/:ticket/comment', body: aComment },
  { method: 'PUT', path: '/ticket/:ticket/comment/:comment/redaction', body: {} },
  { method: 'POST', path: '/ticket/:ticket/attachment', body: file, effect: 'count(*) FROM attachment' },
  { method: 'POST', path: '/ticket/:ticket/attachment/:attachment/complete', body: {} },
  {
    ...{ method: 'DELETE', path: '/ticket/:ticket/attachment/:attachment', body: {} },
    effect: 'count(*) FROM attachment',
  },
  {
    ...{
      method: 'POST',
      path: '/webhook',
      body: { url: 'https://hooks.example.com/', types: ['ticket.imported'] },
    },
    ...{ lock: newKey, effect: 'count(*) FROM webhook' },
  },
  {
    ...{ method: 'PATCH', path: '/webhook/:webhook', body: { description: 'Another one' } },
    ...{ lock: newKey, effect: "string_agg(description, ',' ORDER BY id) FROM webhook" },
  },
  {
    ...{ method: 'DELETE', path: '/webhook/:webhook', body: {} },
    ...{ lock: newKey, effect: 'count(*) FROM webhook' },
  },
  {
    ...{ method: 'POST', path: '/webhook/:webhook/secret', body: {} },
    ...{ lock: newKey, effect: "string_agg(secret, ',' ORDER BY id) FROM webhook" },
  },
  {
    ...{ method: 'POST', path: '/erasure', body: { email: 'nobody@example.com', mode: 'redact' } },
    ...{ lock: newKey, effect: 'count(*) FROM erasure' },
  },
];

/** Creates what the path of a write names, and returns the write with the ids. */
export async function prepare(api: Api, write: Write): Promise<Write> {
  const post = async <Body>(path: string, fields: object) =>
    (await api.send<Body>('POST', path, json(JSON.stringify(fields)))).body;
  const { id: ticket } = await post<Ticket>('/ticket', { ...aTicket, tags: ['billing'] });
  const ids: Record<string, number> = { ticket };
  if (write.path.includes(':comment')) ids['comment'] = (await api.comment(ticket)).body.id;
  if (write.path.includes(':webhook'))
    ids['webhook'] = (await post<{ id: number }>('/webhook', { url: 'https://hooks.example.com/' })).id;
  if (write.path.includes(':attachment')) {
    const attachments = new Attachments(api, ticket);
    const created = (await attachments.create('abc')).body;
    await attachments.upload(created, 'abc');
    ids['attachment'] = created.id;
  }
  return { ...write, path: write.path.replaceAll(/:(\w+)/g, (_, name: string) => String(ids[name])) };
}
