import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, type Metric } from 'prom-client';

/** What is measured, for Prometheus. Every metric of the service is declared here, or in the gauges of src/health. */
export const registry = new Registry();

const registers = [registry];

/** How long requests took, by the pattern of their route; streams of the feed are left out, as they stay open. */
export const requestSeconds = new Histogram({
  name: 'ticket_http_request_duration_seconds',
  help: 'How long requests took, from their head to the end of their answer',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  registers,
});

/** Requests that were refused because there was too much to do. */
export const refusals = new Counter({
  name: 'ticket_http_overload_refusals_total',
  help: 'Requests that were told to come again, because MAX_IN_FLIGHT calls were being worked on',
  registers,
});

/** Requests that were refused because their client calls too often. */
export const rateLimited = new Counter({
  name: 'ticket_http_rate_limited_total',
  help: 'Requests that were refused by RATE_LIMIT',
  registers,
});

/** What the cache was good for: counted here, as a counter of the library costs a hit more than its lookup. */
export const cacheReads = { HIT: 0, MISS: 0, BYPASS: 0 };

new Counter({
  name: 'ticket_cache_reads_total',
  help: 'Reads of single tickets: HIT from the cache, MISS past it, BYPASS while the cache is not in use',
  labelNames: ['outcome'],
  registers,
  collect() {
    this.reset();
    for (const [outcome, count] of Object.entries(cacheReads)) this.inc({ outcome }, count);
  },
});

/** Statements that PostgreSQL did not do, or not in time. */
export const statementErrors = new Counter({
  name: 'ticket_database_errors_total',
  help: 'Statements that failed, by the SQLSTATE of the error; none where no answer came',
  labelNames: ['sqlstate'],
  registers,
});

/** POSTs that were repeated and got the first answer again. */
export const idempotentReplays = new Counter({
  name: 'ticket_idempotent_replays_total',
  help: 'Requests that were answered again for their Idempotency-Key',
  registers,
});

/** Begins to measure the process itself: its time, memory, garbage collection and the delay of its event loop. */
export function measureProcess(): void {
  collectDefaultMetrics({ register: registry });
}

/**
 * Something that is looked at when it is asked for.
 * @param look sets the values
 */
export function gauge<Label extends string>(
  { name, help, labelNames = [] }: { name: string; help: string; labelNames?: Label[] },
  look: (gauge: Gauge<Label>) => void | Promise<void>,
): Metric<Label> {
  const collect = function (this: Gauge<Label>) {
    return look(this);
  };
  return new Gauge<Label>({ name, help, labelNames, registers, collect });
}
