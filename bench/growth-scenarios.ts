import { hotTicket } from './scaling-data.js';
import type { Servers, Stores } from './servers.js';

const warmUpRequests = 5;
const measuredRequests = 40;
const requestsOfLists = 15;

interface Request {
  method?: string;
  path: string;
  body?: Record<string, unknown>;
}

/** A request whose time may depend on the number of rows. */
interface GrowthScenario {
  /** Returns the n-th request. */
  request: (n: number) => Request;
  /** A request that is sent before each one, and is not measured. */
  before?: Request;
}

const comment = { text: 'Which item do you mean?', email: 'support@example.com' };
const addHotComment: Request = { method: 'POST', path: `/ticket/${hotTicket}/comment`, body: comment };
const ticket = { theme: 'Late', text: 'Where is it?', email: 'ada@example.com' };
const fullTicket = {
  ...{ ...ticket, assignee: 'agent7', priority: 'high', tags: ['kind1', 'vip'] },
  ...{ metadata: { order: '7', shop: 'shop7' }, due_at: '2027-01-01T00:00:00Z', follows: hotTicket },
};
const hotHistory = `/ticket/${hotTicket}/history?limit=100`;
const hotFeed = `/events?from=beginning&ticket_id=${hotTicket}&limit=100`;

const get = (path: string | ((n: number) => string)): GrowthScenario => ({
  request: (n) => ({ path: typeof path === 'string' ? path : path(n) }),
});

/** The requests besides lists. */
export async function growthScenarios(servers: Servers, { database }: Stores, tickets: number) {
  const { rows } = await servers.query<{ cursor: string }>(
    database,
    `SELECT number || '-' || tag AS cursor FROM event WHERE number IS NOT NULL ORDER BY number DESC OFFSET 1000 LIMIT 1`,
  );
  const after = `after=${rows[0]?.cursor ?? ''}`;
  // Spread over the table, so that the requests do not share pages.
  const id = (n: number) => 2 + ((n * 7_919) % (tickets - 2));
  // Every 20th ticket is open.
  const open = (n: number) => Math.max(1, Math.floor(id(n) / 20) - 1) * 20;
  return {
    'ticket, uncached': get((n) => `/ticket/${id(n)}`),
    'hot ticket, comment': { request: () => addHotComment },
    'hot ticket, read after that': { ...get(`/ticket/${hotTicket}`), before: addHotComment },
    'hot ticket, history': get(hotHistory),
    'feed, from the beginning': get('/events?from=beginning&limit=100'),
    'feed, near its end': get(`/events?${after}&limit=100`),
    'feed, of the hot ticket': get(hotFeed),
    'feed, of the hot ticket, near its end': get(hotFeed.replace('from=beginning', after)),
    'create a ticket': { request: () => ({ method: 'POST', path: '/ticket', body: ticket }) },
    'create a ticket with all fields': {
      request: (n) => ({
        ...{ method: 'POST', path: '/ticket' },
        body: { ...fullTicket, external_id: `created-${tickets}-${n}` },
      }),
    },
    'transition a ticket': {
      request: (n) => ({
        method: 'PUT',
        path: `/ticket/${open(n)}`,
        body: { status: 'closed' },
      }),
    },
    'tag a ticket': {
      request: (n) => ({ method: 'PUT', path: `/ticket/${open(n) + 20}/tag/late` }),
    },
  } satisfies Record<string, GrowthScenario>;
}

async function responseMs(url: string, { method = 'GET', path, body }: Request): Promise<number> {
  const begin = performance.now();
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method, ...(body && { headers, body: JSON.stringify(body) }) });
  const text = await response.text();
  // 409: another request has closed the ticket; 503: the machine is too busy, which the time shows.
  if (!response.ok && ![409, 503].includes(response.status))
    throw new Error(`${method} ${path} responds ${response.status}: ${text}`);
  return performance.now() - begin;
}

/** Returns the median of some numbers, with two digits after the point. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 100) / 100;
}

/** Measures the median response time of a scenario, in milliseconds. */
export async function measureScenario(
  url: string,
  { request, before }: GrowthScenario,
  requests = measuredRequests,
): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < warmUpRequests + requests; n++) {
    if (before) await responseMs(url, before);
    times.push(await responseMs(url, request(n)));
  }
  return median(times.slice(warmUpRequests));
}

/** Measures the median response time of a path. */
export const measurePath = (url: string, path: string) => measureScenario(url, get(path), requestsOfLists);
