import { Agent, request } from 'node:http';

import type { Call } from './history.js';

/** How a load is made. */
export interface LoadOptions {
  /** Where the replicas listen; each client talks to all of them in turns. */
  urls: string[];
  /** The tickets that are read and written, at least one for each writer. */
  ids: number[];
  /** How many clients read, and how many write, each one call after the other. */
  readers: number;
  writers: number;
  /** The load ends when there are so many of both, and `until` holds. */
  reads: number;
  writes: number;
  until?: () => boolean;
  /** Told of every answer, for whoever wants to see more of it than the recording. */
  onAnswer?: (answer: Answered) => void;
}

/** An answer, as the load saw it. */
export interface Answered {
  kind: Call['kind'];
  status: number;
  /** When the call began, and how long it took. */
  at: number;
  ms: number;
  cache: string | undefined;
}

/** What the clients of a load recorded, and what they met that was no answer to a call. */
export interface Recording {
  calls: Call[];
  /** Calls that were answered with an error, or not at all. */
  failures: string[];
}

/**
 * Lets many clients read and write a few tickets as fast as they can, and records every call. Every client reads all
 * tickets; each ticket has one writer, who moves it back and forth, so that every write raises its version.
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
    const answer = await send(agent, `${urls[turn % urls.length] ?? ''}/ticket/${id}`, to);
    const end = performance.now();
    options.onAnswer?.({ kind, status: answer.status, at: begin, ms: end - begin, cache: answer.cache });
    if (answer.status === 200) {
      recording.calls.push({ kind, key: String(id), begin, end, version: answer.version });
      done[kind]++;
    } else if (answer.status !== 409) recording.failures.push(`${kind} ${answer.fault ?? answer.status}`);
    return answer.status;
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
      // Refused is what has happened already: a write whose answer was lost.
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
  /** 0 where there was no answer. */
  status: number;
  version: number;
  cache?: string | undefined;
  fault?: string;
}

/** node:http rather than fetch: the load shares the machine with what it measures. */
function send(agent: Agent, url: string, to?: string): Promise<Sent> {
  return new Promise((resolve) => {
    const lost = (error: Error) => {
      resolve({ status: 0, version: 0, fault: error.message });
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
