import cluster from 'node:cluster';
import { once } from 'node:events';

import { AggregatorRegistry } from 'prom-client';

import { registry } from './metrics.js';

/** What a worker asks its primary, and what it is told. */
const ask = 'metrics:ask';
interface Told {
  type: 'metrics:told';
  text: string;
}

/** Lets the primary tell each worker the metrics of all of them: a scrape reaches any one. */
export function gatherMetrics(): void {
  const gathering = new AggregatorRegistry();
  cluster.on('message', (worker, message) => {
    if (message !== ask) return;
    gathering.clusterMetrics().then(
      (text) => worker.send({ type: 'metrics:told', text } satisfies Told),
      () => worker.send({ type: 'metrics:told', text: '' } satisfies Told),
    );
  });
}

/** Lets this worker be asked for its own. */
export function giveMetrics(): void {
  AggregatorRegistry.setRegistries([registry]);
  new AggregatorRegistry();
}

/** The metrics of the service, in the text format of Prometheus: of this process, or of all workers. */
export async function readMetrics(): Promise<string> {
  if (cluster.isPrimary) return registry.metrics();
  process.send?.(ask);
  for (;;) {
    const [message] = (await once(process, 'message')) as [unknown];
    if (isTold(message)) return message.text;
  }
}

function isTold(message: unknown): message is Told {
  return (
    typeof message === 'object' && message !== null && 'type' in message && message.type === 'metrics:told'
  );
}
