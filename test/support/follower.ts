import { EventSource } from 'eventsource';

import { eventually } from './eventually.js';

/** What a follower was sent: its id, its type, and when it came. */
export interface Received {
  id: string;
  type: string;
  ticket: number;
  version: number;
  at: number;
}

const types = ['ticket.created', 'ticket.status_changed', 'comment.added'];

/** A client that follows the feed as server-sent events, and comes back by itself where its stream ends. */
export class Follower {
  readonly received: Received[] = [];
  private readonly source: EventSource;
  private turn = 0;

  /** @param services where to follow it; after the end of a stream the next one in turn */
  constructor(services: string[], query: string) {
    // The base only completes the URL; each connection chooses its own replica.
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

  /** Resolves once the stream is open. */
  async open(): Promise<this> {
    await eventually(() => Promise.resolve(this.source.readyState === EventSource.OPEN));
    return this;
  }

  /** Resolves once it has been sent so many events. */
  async has(count: number, withinMs?: number): Promise<void> {
    await eventually(() => Promise.resolve(this.received.length >= count), withinMs);
  }

  close(): void {
    this.source.close();
  }
}
