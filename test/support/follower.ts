import { EventSource } from 'eventsource';

import { eventually } from './eventually.js';

/** An event received from the stream. */
export interface Received {
  id: string;
  type: string;
  ticket: number;
  version: number;
  /** Time of arrival, by performance.now(). */
  at: number;
}

const types = ['ticket.created', 'ticket.status_changed', 'ticket.imported', 'comment.added'];

/** A client that reads the feed as server-sent events and reconnects when its stream ends. */
export class Follower {
  readonly received: Received[] = [];
  private readonly source: EventSource;
  private turn = 0;

  /** @param services URLs of the replicas; each connection uses the next one */
  constructor(services: string[], query: string) {
    // The host is a placeholder that fetch replaces with a replica.
    this.source = new EventSource(`http://replica/events?${query}`, {
      fetch: (url, init) => {
        const { pathname, search } = new URL(url);
        return fetch(`${services[this.turn++ % services.length] ?? ''}${pathname}${search}`, init);
      },
    });
    for (const type of types) {
      this.source.addEventListener(type, ({ lastEventId, data }) => {
        const { ticket_id, version } = (
          JSON.parse(data as string) as { data: { ticket_id: number; version: number } }
        ).data;
        this.received.push({ id: lastEventId, type, ticket: ticket_id, version, at: performance.now() });
      });
    }
  }

  /** Waits until the stream is open. */
  async open(): Promise<this> {
    await eventually(() => this.source.readyState === EventSource.OPEN);
    return this;
  }

  /** Waits until this many events were received. */
  async has(count: number, withinMs?: number): Promise<void> {
    await eventually(() => this.received.length >= count, withinMs);
  }

  close(): void {
    this.source.close();
  }
}
