import { Counter, Gauge, Histogram } from 'prom-client';
/** Request durations by route pattern; streams of the feed are excluded, because they stay open. */
export const requestSeconds = new Histogram({
    name: 'ticket_http_request_duration_seconds',
    help: 'Duration of requests, from their headers to the end of the response',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
});
/** Requests that load shedding rejected. */
export const overloadRejections = new Counter({
    name: 'ticket_http_overload_refusals_total',
    help: 'Requests that were rejected because MAX_IN_FLIGHT was reached',
});
/** Requests that the rate limit rejected. */
export const rateLimited = new Counter({
    name: 'ticket_http_rate_limited_total',
    help: 'Requests that were rejected by RATE_LIMIT',
});
/** Outcomes of cache reads. Plain numbers, because a counter of the library costs more than a cache hit. */
export const cacheReads = { HIT: 0, MISS: 0, BYPASS: 0 };
new Counter({
    name: 'ticket_cache_reads_total',
    help: 'Reads of single tickets: HIT from the cache, MISS from the database, BYPASS while the cache is not in use',
    labelNames: ['outcome'],
    collect() {
        this.reset();
        for (const [outcome, count] of Object.entries(cacheReads))
            this.inc({ outcome }, count);
    },
});
/** Statements that failed. */
export const statementErrors = new Counter({
    name: 'ticket_database_errors_total',
    help: 'Failed statements, by SQLSTATE; "none" if PostgreSQL did not respond',
    labelNames: ['sqlstate'],
});
/** Repeated requests that received the stored response. */
export const idempotentReplays = new Counter({
    name: 'ticket_idempotent_replays_total',
    help: 'Requests that received the stored response of their Idempotency-Key',
});
/** Registers a gauge whose value is read at each scrape. */
export function gauge(name, help, read) {
    const collect = async function () {
        this.set(await read());
    };
    new Gauge({ name, help, collect });
}
/** Registers a gauge whose values, one for each value of a label, are read at each scrape. */
export function gaugeBy(label, name, help, read) {
    const collect = async function () {
        const values = await read();
        this.reset();
        for (const [value, number] of Object.entries(values))
            this.set({ [label]: value }, number);
    };
    new Gauge({ name, help, labelNames: [label], collect });
}
//# sourceMappingURL=metrics.js.map