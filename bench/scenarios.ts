/** A kind of request that is measured. Every target must return the same status and the same fields. */
export interface Scenario {
  name: string;
  method: 'GET' | 'POST' | 'PUT';
  /** Path of the n-th request of a run. A write that a ticket allows only once uses another ticket each time. */
  path: (n: number) => string;
  headers?: Record<string, string>;
  body?: string;
  status: number;
  /** Requests send the ETag of an earlier response as If-None-Match. */
  isConditional?: boolean;
  /** Steps before each run, so that all runs start from the same state. */
  prepare?: { sql?: string; flushCache?: boolean };
  /** SQL for the stores of a baseline, before each run. */
  prepareBaseline?: string;
  /** Throughput to reach, as a multiple of a baseline's. */
  goals: { tutorial?: number; fastify?: number };
}

/** Number of tickets before the first run. */
export const seededTickets = 60_000;

const ticketId = (n: number) => 1 + (n % seededTickets);
const json = { 'content-type': 'application/json' };
const ticket = {
  theme: 'Invoice 2043 is wrong',
  text: 'It lists the same item twice.',
  email: 'ada@example.com',
};
const boundary = '----bench';
const form = Object.entries(ticket)
  .map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  .join('');

export const scenarios: Scenario[] = [
  {
    name: 'GET cached',
    method: 'GET',
    path: () => '/ticket/1',
    status: 200,
    goals: { tutorial: 1.3, fastify: 0.45 },
  },
  {
    name: 'GET 304',
    method: 'GET',
    path: () => '/ticket/1',
    status: 304,
    isConditional: true,
    goals: {},
  },
  {
    name: 'GET uncached',
    method: 'GET',
    path: (n) => `/ticket/${ticketId(n)}`,
    status: 200,
    prepare: { flushCache: true },
    goals: { tutorial: 4, fastify: 0.9 },
  },
  {
    name: 'POST ticket, JSON',
    method: 'POST',
    path: () => '/ticket',
    headers: json,
    body: JSON.stringify(ticket),
    status: 201,
    goals: { tutorial: 4, fastify: 1.2 },
  },
  {
    name: 'POST ticket, form-data',
    method: 'POST',
    path: () => '/ticket',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `${form}--${boundary}--\r\n`,
    status: 201,
    goals: {},
  },
  {
    name: 'PUT status',
    method: 'PUT',
    path: (n) => `/ticket/${ticketId(n)}`,
    headers: json,
    body: JSON.stringify({ status: 'answered' }),
    status: 200,
    prepare: { sql: `UPDATE ticket SET status = 'opened' WHERE status <> 'opened'` },
    goals: { tutorial: 4, fastify: 1 },
  },
  {
    name: 'POST comment',
    method: 'POST',
    path: (n) => `/ticket/${ticketId(n)}/comment`,
    headers: json,
    body: JSON.stringify({ text: 'Which item do you mean?', email: 'support@example.com' }),
    status: 201,
    goals: { tutorial: 4, fastify: 1.1 },
  },
  {
    name: 'GET list',
    method: 'GET',
    path: () => '/ticket?limit=20',
    status: 200,
    prepare: { sql: 'ANALYZE ticket' },
    // An index for their query. With it, PostgreSQL would read it for the lists of the service too, whose own index has the status.
    prepareBaseline: 'CREATE INDEX IF NOT EXISTS ticket_by_creation_only ON ticket (created_at, id)',
    goals: { tutorial: 1.5, fastify: 0.7 },
  },
];
