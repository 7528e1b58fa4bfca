import { Injectable, type OnModuleInit } from '@nestjs/common';

import { ResponseCache } from '../cache/response-cache.js';
import { Database } from '../database/database.js';
import { Replicas } from '../database/replicas.js';
import { EventStreams } from '../events/event-streams.js';
import { FeedRepository } from '../events/feed.repository.js';
import { gauge } from './metrics.js';
import { TicketsRepository } from '../tickets/tickets.repository.js';

/** What is looked at whenever the metrics are asked for. */
@Injectable()
export class MetricsCollectors implements OnModuleInit {
  constructor(
    private readonly cache: ResponseCache,
    private readonly database: Database,
    private readonly replicas: Replicas,
    private readonly streams: EventStreams,
    private readonly feed: FeedRepository,
    private readonly tickets: TicketsRepository,
  ) {}

  onModuleInit(): void {
    this.ofThisProcess();
    this.ofTheDatabase();
  }

  private ofThisProcess(): void {
    const breaker = {
      name: 'ticket_cache_breaker',
      help: 'Whether the cache is in use (closed), away (open), or back and not yet trusted (recovering): 1 for what it is',
      labelNames: ['state'],
    };
    gauge(breaker, (to) => {
      for (const state of ['closed', 'open', 'recovering'])
        to.set({ state }, state === this.cache.state ? 1 : 0);
    });
    const connections = {
      name: 'ticket_database_connections',
      help: 'Connections of the pool that work or are idle, and calls that wait for one',
      labelNames: ['state'],
    };
    gauge(connections, (to) => {
      for (const [state, count] of Object.entries(this.database.connections)) to.set({ state }, count);
    });
    gauge(
      {
        name: 'ticket_database_in_flight',
        help: 'Statements and transactions that are under way, or wait for a connection; MAX_IN_FLIGHT bounds them',
      },

      (to) => {
        to.set(this.database.inFlight);
      },
    );
    const replicas = {
      name: 'ticket_database_replicas',
      help: 'Replicas that are near enough to be read from',
    };
    gauge(replicas, (to) => {
      to.set(this.replicas.inUse);
    });
    gauge({ name: 'ticket_feed_streams', help: 'Streams of the feed that are open' }, (to) => {
      to.set(this.streams.count);
    });
  }

  /** These ask PostgreSQL; while that does not answer they tell nothing, and the others are told all the same. */
  private ofTheDatabase(): void {
    gauge(
      {
        name: 'ticket_feed_lag_seconds',
        help: 'For how long the oldest event waits that readers of the feed do not get yet, because of a transaction that still runs',
      },

      async (to) => {
        to.set(await this.feed.lagSeconds().catch(() => NaN));
      },
    );
    gauge(
      {
        name: 'ticket_tickets',
        help: 'About how many tickets there are in each status, by the statistics that PostgreSQL last gathered',
        labelNames: ['status'],
      },

      async (to) => {
        to.reset();
        const counts = await this.tickets.countByStatus().catch(() => []);
        for (const { status, tickets } of counts) to.set({ status }, tickets);
      },
    );
  }
}
