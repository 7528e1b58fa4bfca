var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics } from 'prom-client';
import { CacheView } from '../cache/cache-view.js';
import { Database } from '../database/database.js';
import { Replicas } from '../database/replicas.js';
import { EventStreams } from '../events/event-streams.js';
import { EventsRepository } from '../events/events.repository.js';
import { TicketsRepository } from '../tickets/tickets.repository.js';
import { gauge, gaugeBy } from './metrics.js';
/** Registers the gauges whose values are read at each scrape. */
let MetricsCollectors = class MetricsCollectors {
    cache;
    database;
    replicas;
    streams;
    feed;
    tickets;
    constructor(cache, database, replicas, streams, feed, tickets) {
        this.cache = cache;
        this.database = database;
        this.replicas = replicas;
        this.streams = streams;
        this.feed = feed;
        this.tickets = tickets;
    }
    onModuleInit() {
        collectDefaultMetrics();
        this.registerProcess();
        this.registerDatabase();
    }
    registerProcess() {
        gaugeBy('state', 'ticket_cache_state', 'State of the cache for all replicas, 1 for the current one: on, off, warming (soon on), unknown (PostgreSQL does not respond)', () => ({ on: 0, off: 0, warming: 0, unknown: 0, [this.cache.current?.state ?? 'unknown']: 1 }));
        const connections = 'Connections of the pool that are used or idle, and requests that wait for one';
        gaugeBy('state', 'ticket_database_connections', connections, () => this.database.connections);
        const inFlight = 'Statements, transactions and items of batches of the process that run on PostgreSQL or wait for it; MAX_IN_FLIGHT limits them';
        gauge('ticket_database_in_flight', inFlight, () => this.database.inFlight);
        gauge('ticket_database_replicas', 'Replicas of PostgreSQL that are read from', () => this.replicas.inUse);
        gauge('ticket_feed_streams', 'Open streams of the feed', () => this.streams.count);
    }
    /** Registers gauges that query PostgreSQL. While it does not respond they have no value, but the others still do. */
    registerDatabase() {
        const lag = 'Age of the oldest event that has no number in the feed yet';
        gauge('ticket_feed_lag_seconds', lag, () => this.feed.lagSeconds().catch(() => NaN));
        gaugeBy('status', 'ticket_tickets', "Estimated number of tickets, from PostgreSQL's statistics", async () => {
            const counts = await this.tickets.countByStatus().catch(() => []);
            return Object.fromEntries(counts.map(({ status, tickets }) => [status, tickets]));
        });
    }
};
MetricsCollectors = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [CacheView,
        Database,
        Replicas,
        EventStreams,
        EventsRepository,
        TicketsRepository])
], MetricsCollectors);
export { MetricsCollectors };
//# sourceMappingURL=metrics.collectors.js.map