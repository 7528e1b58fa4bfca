import autocannon from 'autocannon';

import { calls } from './calls.js';

/** What the load is asked to do; it is a process of its own, on a core of its own where there are two. */
export interface Order {
  call: string;
  url: string;
  seconds: number;
  /** How many requests a second; as many as there can be without it. */
  rate?: number | undefined;
  /** What to send as Authorization. */
  authorization?: string | undefined;
  /** What to send as If-None-Match. */
  etag?: string | undefined;
}

/** What it saw. */
export interface Seen {
  requests: number;
  perSecond: number;
  p50: number;
  p99: number;
  /** Answers that were not the expected one, and requests without any. */
  faults: number;
}

/** How many connections ask at once. */
const connections = 32;

async function load({ call: name, url, seconds, rate, etag, authorization }: Order): Promise<Seen> {
  const call = calls.find((candidate) => candidate.name === name);
  if (!call) throw new Error(`There is no call ${name}`);
  const { method, path, headers = {}, body, status } = call;
  let n = 0;
  const isWalking = path(0) !== path(1);
  const request = {
    ...{ method, path: path(0) },
    headers: {
      ...headers,
      ...(etag !== undefined && { 'if-none-match': etag }),
      ...(authorization !== undefined && { authorization }),
    },
    ...(body !== undefined && { body }),
    ...(isWalking && { setupRequest: (one: autocannon.Request) => ({ ...one, path: path(n++) }) }),
  };
  const result = await autocannon({
    ...{ url, connections, duration: seconds, requests: [request] },
    ...(rate !== undefined && { overallRate: rate }),
  });
  const counted = (result as unknown as { statusCodeStats: Record<string, { count: number }> })
    .statusCodeStats;
  const expected = counted[String(status)]?.count ?? 0;
  return {
    requests: expected,
    perSecond: Math.round(expected / result.duration),
    p50: result.latency.p50,
    p99: result.latency.p99,
    faults: result.requests.total - expected + result.errors,
  };
}

process.on('message', (order: Order) => {
  void load(order).then((seen) => process.send?.(seen));
});
