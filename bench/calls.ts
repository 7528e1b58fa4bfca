/** What is measured: requests that every contestant must answer alike. */
export interface Call {
  name: string;
  method: 'GET' | 'POST' | 'PUT';
  /** The n-th request of a run: calls that must not meet the same ticket twice walk along them. */
  path: (n: number) => string;
  headers?: Record<string, string>;
  body?: string;
  status: number;
  /** Whether the request names the ETag that the contestant gave before. */
  isConditional?: boolean;
  /** What is done before each run, so that each finds the same. */
  prepare?: { sql?: string; flushCache?: boolean };
  /** At least how many times the throughput of a baseline is aimed at. */
  aims: { tutorial?: number; fastify?: number };
}

/** How many tickets there are before the first run. */
export const seededTickets = 60_000;

const walk = (n: number) => 1 + (n % seededTickets);
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

export const calls: Call[] = [
  {
    name: 'GET cached',
    method: 'GET',
    path: () => '/ticket/1',
    status: 200,
    aims: { tutorial: 4, fastify: 0.5 },
  },
  {
    name: 'GET 304',
    method: 'GET',
    path: () => '/ticket/1',
    status: 304,
    isConditional: true,
    aims: {},
  },
  {
    name: 'GET uncached',
    method: 'GET',
    path: (n) => `/ticket/${walk(n)}`,
    status: 200,
    prepare: { flushCache: true },
    aims: { tutorial: 5, fastify: 0.5 },
  },
  {
    name: 'POST ticket, JSON',
    method: 'POST',
    path: () => '/ticket',
    headers: json,
    body: JSON.stringify(ticket),
    status: 201,
    aims: { tutorial: 4, fastify: 0.5 },
  },
  {
    name: 'POST ticket, form-data',
    method: 'POST',
    path: () => '/ticket',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `${form}--${boundary}--\r\n`,
    status: 201,
    aims: { tutorial: 4, fastify: 0.5 },
  },
  {
    name: 'PUT status',
    method: 'PUT',
    path: (n) => `/ticket/${walk(n)}`,
    headers: json,
    body: JSON.stringify({ status: 'answered' }),
    status: 200,
    prepare: { sql: `UPDATE ticket SET status = 'opened' WHERE status <> 'opened'` },
    aims: { tutorial: 3 },
  },
  {
    name: 'POST comment',
    method: 'POST',
    path: (n) => `/ticket/${walk(n)}/comment`,
    headers: json,
    body: JSON.stringify({ text: 'Which item do you mean?', email: 'support@example.com' }),
    status: 201,
    aims: { tutorial: 3 },
  },
  {
    name: 'GET list',
    method: 'GET',
    path: () => '/ticket?limit=20',
    status: 200,
    // The baselines list by this alone; the service has its own indexes, which serve its filters too.
    prepare: {
      sql: 'CREATE INDEX IF NOT EXISTS ticket_by_creation_alone ON ticket (created_at, id); ANALYZE ticket',
    },
    aims: { tutorial: 3 },
  },
];
