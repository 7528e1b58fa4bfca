import autocannon from 'autocannon';

import { scenarios } from './scenarios.js';

/** A run for the load generator, which is a separate process, on a separate core if there are two. */
export interface LoadRequest {
  scenario: string;
  url: string;
  seconds: number;
  /** Requests per second; without it, as many as possible. */
  rate?: number | undefined;
  /** Clients, each of which sends its next request after the response to its last one. */
  clients?: number | undefined;
  /** Value of the Authorization header. */
  authorization?: string | undefined;
  /** Value of the If-None-Match header. */
  etag?: string | undefined;
}

/** Result of a run. Latencies are in milliseconds. */
export interface LoadResult {
  /** Responses with the expected status. */
  requests: number;
  perSecond: number;
  p50: number;
  p99: number;
  /** Responses with another status, and requests without a response. */
  errors: number;
}

/** The clients of a run that names no number. */
const defaultClients = 32;

async function run({ scenario: name, url, seconds, rate, clients, etag, authorization }: LoadRequest) {
  const scenario = scenarios.find((candidate) => candidate.name === name);
  if (!scenario) throw new Error(`Unknown scenario ${name}`);
  const { method, path, headers = {}, body, status } = scenario;
  let n = 0;
  const hasSeveralPaths = path(0) !== path(1);
  const request = {
    ...{ method, path: path(0) },
    headers: {
      ...headers,
      ...(etag !== undefined && { 'if-none-match': etag }),
      ...(authorization !== undefined && { authorization }),
    },
    ...(body !== undefined && { body }),
    ...(hasSeveralPaths && { setupRequest: (next: autocannon.Request) => ({ ...next, path: path(n++) }) }),
  };
  const result = await autocannon({
    ...{ url, connections: clients ?? defaultClients, duration: seconds, requests: [request] },
    ...(rate !== undefined && { overallRate: rate }),
  });
  // The type declarations lack this field.
  const { statusCodeStats } = result as unknown as { statusCodeStats: Record<string, { count: number }> };
  const expected = statusCodeStats[String(status)]?.count ?? 0;
  return {
    requests: expected,
    perSecond: Math.round(expected / result.duration),
    p50: result.latency.p50,
    p99: result.latency.p99,
    errors: result.requests.total - expected + result.errors,
  } satisfies LoadResult;
}

process.on('message', (request: LoadRequest) => {
  void run(request).then((result) => process.send?.(result));
});
