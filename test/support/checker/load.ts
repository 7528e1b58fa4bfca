import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { aComment } from '../api.js';
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
  /** The writers wait while they have sent more than one write for this many reads. */
  readsPerWrite?: number;
  /** Another client reads the feed, and after each event its ticket. */
  followsFeed?: boolean;
  /** Receives every response, failed ones included. */
  onResponse?: (response: LoadResponse) => void;
}

/** A response as a client of the load recorded it. */
export interface LoadResponse {
  kind: 'read' | 'write';
  /** Number of the replica. */
  replica: number;
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

/** Runs the clients of a load until it ends; returns what they recorded. */
export async function load(options: LoadOptions): Promise<Recording> {
  const clients = new Clients(options);
  try {
    return await clients.run();
  } finally {
    clients.close();
  }
}

/**
 * Many clients that read and write a few tickets as fast as they can, and record every request. Every reader reads all tickets;
 * each ticket has one writer, which comments on it and transitions it back and forth, so that every write raises the version.
 */
export class Clients {
  private readonly recording: Recording = { calls: [], failures: [] };
  private readonly agent: Agent;
  private readonly done = { read: 0, write: 0 };
  /** The version that each ticket has at least. */
  private readonly versions = new Map<number, number>();
  private inFlight = 0;
  private isPaused = false;

  constructor(private readonly options: LoadOptions) {
    this.agent = new Agent({ keepAlive: true, maxSockets: 2 * (options.readers + options.writers) });
  }

  async run(): Promise<Recording> {
    const { readers, writers, ids, followsFeed } = this.options;
    await Promise.all([
      ...Array.from({ length: readers }, (_, n) => this.read(n * 7)),
      ...Array.from({ length: writers }, (_, n) => this.write(ids.filter((_id, at) => at % writers === n))),
      ...(followsFeed ? [this.follow()] : []),
    ]);
    return this.recording;
  }

  /** Closes the connections. Requests outside of `run` may still use them after it has ended. */
  close(): void {
    this.agent.destroy();
  }

  /** Sends no other requests while these run, because many requests that wait at once make the service give up on Redis. */
  async alone(act: () => Promise<void>): Promise<void> {
    this.isPaused = true;
    while (this.inFlight > 0) await sleep(1);
    await act();
    this.isPaused = false;
  }

  readTicket(turn: number, id: number): Promise<Sent> {
    return this.call('read', turn, `/ticket/${id}`);
  }

  async comment(turn: number, id: number): Promise<Sent> {
    // A comment has no ETag, but it raises the version.
    const atLeast = (this.versions.get(id) ?? 1) + 1;
    const response = await this.call('write', turn, `/ticket/${id}/comment`, aComment, atLeast);
    if (response.status === 201) this.versions.set(id, atLeast);
    return response;
  }

  private get isDone(): boolean {
    const { reads, writes, until } = this.options;
    return this.done.read >= reads && this.done.write >= writes && (until?.() ?? true);
  }

  /** Waits while the load is paused, or the client must wait; false if the load has ended. */
  private async goesOn(mustWait = () => false): Promise<boolean> {
    while ((this.isPaused || mustWait()) && !this.isDone) await sleep(1);
    return !this.isDone;
  }

  private async read(seed: number): Promise<void> {
    const { ids, urls } = this.options;
    for (let turn = seed; await this.goesOn(); turn++)
      await this.readTicket(turn, ids[Math.floor(turn / urls.length) % ids.length] ?? 0);
  }

  private async write(own: number[]): Promise<void> {
    const next = new Map(own.map((id) => [id, 'answered']));
    const { readsPerWrite = 0 } = this.options;
    const isAhead = () => this.done.write * readsPerWrite > this.done.read;
    for (let turn = 0; await this.goesOn(isAhead); turn++) {
      const id = own[Math.floor(turn / this.options.urls.length) % own.length] ?? 0;
      if (Math.random() < 0.3) {
        await this.comment(turn, id);
        continue;
      }
      const to = next.get(id) ?? '';
      const { status, version } = await this.call('write', turn, `/ticket/${id}`, { status: to });
      if (status === 200) this.versions.set(id, version);
      // 409: the transition took effect before, but its response was lost.
      if (status === 200 || status === 409) next.set(id, to === 'answered' ? 'awaited' : 'answered');
    }
  }

  /** Reads the feed through all replicas, and after each page the tickets of its events. */
  private async follow(): Promise<void> {
    const { ids, urls } = this.options;
    let position = 'from=now';
    for (let turn = 0; await this.goesOn(); turn++) {
      const { status, body } = await send(this.agent, `${urlOf(urls, turn)}/events?limit=500&${position}`);
      const at = performance.now();
      if (status === 200) {
        const page = JSON.parse(body) as FeedPage;
        position = `after=${page.next_cursor}`;
        const events = page.items
          .map(({ data: { ticket_id: id, version } }) => ({ id, version }))
          .filter(({ id }) => ids.includes(id));
        for (const { id, version } of events)
          this.recording.calls.push({ kind: 'event', key: String(id), begin: at, end: at, version });
        for (const id of new Set(events.map((event) => event.id)))
          await this.readTicket(Math.floor(Math.random() * urls.length), id);
      }
      await sleep(10);
    }
  }

  /** Sends one request and records it; its version is that of the ETag, or the given one. */
  private async call(
    kind: 'read' | 'write',
    turn: number,
    path: string,
    body?: Record<string, string>,
    atLeast?: number,
  ): Promise<Sent> {
    this.inFlight++;
    const begin = performance.now();
    const response = await send(this.agent, `${urlOf(this.options.urls, turn)}${path}`, body);
    const end = performance.now();
    this.inFlight--;
    const { status, cache, error } = response;
    const version = atLeast ?? response.version;
    const replica = turn % this.options.urls.length;
    this.options.onResponse?.({ kind, replica, status, at: begin, ms: end - begin, cache });
    if (status === 200 || status === 201) {
      this.recording.calls.push({ kind, key: path.split('/')[2] ?? '', begin, end, version });
      this.done[kind]++;
    } else if (status !== 409) {
      this.recording.failures.push(`${kind} ${error ?? status}`);
      await sleep(10);
    }
    return response;
  }
}

const urlOf = (urls: string[], turn: number) => urls[turn % urls.length] ?? '';

interface FeedPage {
  items: { data: { ticket_id: number; version: number } }[];
  next_cursor: string;
}

interface Sent {
  /** 0 for no response. */
  status: number;
  version: number;
  body: string;
  cache?: string | undefined;
  error?: string;
}

/** Uses node:http because fetch takes more CPU time, and the load shares the machine with the service. */
function send(agent: Agent, url: string, body?: Record<string, string>): Promise<Sent> {
  return new Promise((resolve) => {
    const lost = (error: Error) => {
      resolve({ status: 0, version: 0, body: '', error: error.message });
    };
    const method = url.endsWith('/comment') ? 'POST' : 'PUT';
    const headers = { 'content-type': 'application/json' };
    const sent = request(url, body === undefined ? { agent } : { agent, method, headers });
    sent.on('error', lost);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', lost);
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          version: Number((response.headers.etag ?? '').replaceAll('"', '')),
          body: text,
          cache: response.headers['x-cache'] as string | undefined,
        });
      });
    });
    sent.end(body && JSON.stringify(body));
  });
}
