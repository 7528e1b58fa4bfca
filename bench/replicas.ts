import { LoadGenerator } from './measure.js';
import { Servers } from './servers.js';
import { launch, service, stop } from './targets.js';

const scenario = 'POST ticket, JSON';
const rounds = 5;
const seconds = 3;

const servers = await Servers.start();
const loads = [LoadGenerator.start(false), LoadGenerator.start(false), LoadGenerator.start(false)];
try {
  const stores = await servers.createStores(1);
  // One after the other, because the first one migrates the tables.
  const replicas: Awaited<ReturnType<typeof launch>>[] = [];
  while (replicas.length < loads.length) replicas.push(await launch(service, stores.environment, false));

  /** Creates tickets at so many replicas at once, each with its own clients. */
  const measure = async (count: number) => {
    const postgresMs = servers.postgresCpuMs;
    const runs = loads.slice(0, count).map((load, n) => {
      return load.run({ scenario, url: replicas[n]?.url ?? '', seconds, clients: Math.round(96 / count) });
    });
    const results = await Promise.all(runs);
    const requests = results.reduce((sum, result) => sum + result.requests, 0);
    return {
      perSecond: results.reduce((sum, { perSecond }) => sum + perSecond, 0),
      p99: Math.max(...results.map(({ p99 }) => p99)),
      postgresUs: Math.round(((servers.postgresCpuMs - postgresMs) * 1_000) / requests),
    };
  };
  await measure(3);
  for (let round = 1; round <= rounds; round++)
    console.table({ 'one replica': await measure(1), 'three replicas': await measure(3) });
  await Promise.all(replicas.map(({ process }) => stop(process)));
} finally {
  for (const load of loads) load.stop();
  await servers.stop();
}
