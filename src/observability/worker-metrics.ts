import cluster, { type Worker } from 'node:cluster';

import { AggregatorRegistry } from 'prom-client';

import { registry } from './metrics.js';

/** What a worker asks its primary, and what it is told. */
const ask = 'metrics:ask';
interface Told {
  type: 'metrics:told';
  /** Undefined where not all of them told theirs. */
  text: string | undefined;
}

/** Lets the primary tell each worker the metrics of all of them: a scrape reaches any one. */
export function gatherMetrics(): void {
  const gathering = new AggregatorRegistry();
  cluster.on('message', (worker, message) => {
    if (message !== ask) return;
    void gathering
      .clusterMetrics()
      .catch(() => undefined)
      .then((text) => {
        tell(worker, { type: 'metrics:told', text });
      });
  });
}

/** A worker that has ended meanwhile needs to be told nothing. */
function tell(worker: Worker, told: Told): void {
  if (worker.isConnected()) worker.process.send(told, undefined, undefined, () => undefined);
}

/** Lets this worker be asked for its own. */
export function giveMetrics(): void {
  AggregatorRegistry.setRegistries([registry]);
  new AggregatorRegistry();
}

/**
 * The metrics of the service, in the text format of Prometheus: of this process, or of all workers.
 * @returns undefined where not all workers told theirs
 */
export function readMetrics(): Promise<string | undefined> {
  if (cluster.isPrimary) return registry.metrics();
  return new Promise((resolve) => {
    const hear = (message: unknown) => {
      if (!isTold(message)) return;
      process.off('message', hear);
      resolve(message.text);
    };
    process.on('message', hear);
    process.send?.(ask);
  });
}

function isTold(message: unknown): message is Told {
  return (
    typeof message === 'object' && message !== null && 'type' in message && message.type === 'metrics:told'
  );
}
