import { Agent, request } from 'node:http';

import type { Call } from './stale-reads.js';

/** Clients, tickets and end of a load. */
export interface LoadOptions {
  /** URLs of the replicas; each client uses them in rotation. */
  urls: string[];
  /** Tickets that are read and written, at least one for each writer. */
  ids: number[];
  /** Number of clients; each sends one request after the other. */
  readers: number;
  writers: number;
  /** The load ends after this many successful reads and writes, once `until` holds. */
  reads: number;
  writes: number;
  until?: () => boolean;
  /** Receives every response, failed ones included. */
  onResponse?: (response: LoadResponse) => void;
}

/** A response as a client of the load recorded it. */
export interface LoadResponse {
  kind: Call['kind'];
  status: number;
  /** Begin of the request, by performance.now(), and its duration. */
  at: number;
  ms: number;
  /** The X-Cache header. */
  cache: string | undefined;
}

/** The requests of a load. */
export interface Recording {
  calls: Call[];
  /** Requests that failed or got no response. */
  failures: string[];
}

/**
 * Lets many clients read and write a few tickets as fast as they can, and records every request. Every reader reads all
 * tickets; each ticket has one writer, which transitions it back and forth, so that every write raises the version.
 */
export async function load(options: LoadOptions): Promise<Recording> {
  const { readers, writers, ids, urls } = options;
  const recording: Recording = { calls: [], failures: [] };
  const agent = new Agent({ keepAlive: true, maxSockets: readers + writers });
  const done = { read: 0, write: 0 };
  const isDone = () =>
    done.read >= options.reads && done.write >= options.writes && (options.until?.() ?? true);

  const call = async (kind: Call['kind'], turn: number, id: number, to?: string): Promise<number> => {
    const begin = performance.now();
    const response = await send(agent, `${urls[turn % urls.length] ?? ''}/ticket/${id}`, to);
    const end = performance.now();
    const { status, version, cache, error } = response;
    options.onResponse?.({ kind, status, at: begin, ms: end - begin, cache });
    if (status === 200) {
      recording.calls.push({ kind, key: String(id), begin, end, version });
      done[kind]++;
    } else if (status !== 409) recording.failures.push(`${kind} ${error ?? status}`);
    return status;
  };
  const read = async (seed: number) => {
    for (let turn = seed; !isDone(); turn++)
      await call('read', turn, ids[Math.floor(turn / urls.length) % ids.length] ?? 0);
  };
  const write = async (own: number[]) => {
    const next = new Map(own.map((id) => [id, 'answered']));
    for (let turn = 0; !isDone(); turn++) {
      const id = own[Math.floor(turn / urls.length) % own.length] ?? 0;
      const to = next.get(id) ?? '';
      const status = await call('write', turn, id, to);
      // 409: the transition took effect before, but its response was lost.
      if (status === 200 || status === 409) next.set(id, to === 'answered' ? 'awaited' : 'answered');
    }
  };
  await Promise.all([
    ...Array.from({ length: readers }, (_, n) => read(n * 7)),
    ...Array.from({ length: writers }, (_, n) => write(ids.filter((_id, at) => at % writers === n))),
  ]);
  agent.destroy();
  return recording;
}

interface Sent {
  /** 0 for no response. */
  status: number;
  version: number;
  cache?: string | undefined;
  error?: string;
}

/** Uses node:http because fetch takes more CPU time, and the load shares the machine with the service. */
function send(agent: Agent, url: string, to?: string): Promise<Sent> {
  return new Promise((resolve) => {
    const lost = (error: Error) => {
      resolve({ status: 0, version: 0, error: error.message });
    };
    const headers = { 'content-type': 'application/json' };
    const sent = request(url, to === undefined ? { agent } : { agent, method: 'PUT', headers });
    sent.on('error', lost);
    sent.on('response', (response) => {
      response.resume();
      response.on('error', lost);
      response.on('end', () => {
        const version = Number((response.headers.etag ?? '').replaceAll('"', ''));
        resolve({
          status: response.statusCode ?? 0,
          version,
          cache: response.headers['x-cache'] as string | undefined,
        });
      });
    });
    sent.end(to === undefined ? undefined : JSON.stringify({ status: to }));
  });
}
