import { mkdirSync, writeFileSync } from 'node:fs';

import autocannon from 'autocannon';

import { calls } from './calls.js';
import { Contestant } from './contestants.js';
import { Servers } from './servers.js';

/** How many clients there are at the peak of what the service can carry, and when there are too many. */
const usualClients = 32;
const tooManyClients = 600;

/** What is asked for, in turns. */
const mix = ['POST ticket, JSON', 'GET uncached', 'POST comment', 'POST ticket, JSON', 'GET list'];

/** What became of the requests of a run. */
interface Outcome {
  askedPerSecond: number;
  goodPerSecond: number;
  refusedPerSecond: number;
  /** In milliseconds, of those who were let in. */
  p50: number;
  p99: number;
  /** In milliseconds, of those who were refused. */
  refusedP99: number;
  /** Answers that were neither, and requests without any. */
  faults: number;
}

/** Asks for so long, at so many requests a second; as fast as there are answers without a rate. */
async function ask(url: string, seconds: number, connections: number, rate?: number): Promise<Outcome> {
  const good: number[] = [];
  const refused: number[] = [];
  let n = 0;
  const requests = mix.map((name) => {
    const call = calls.find((candidate) => candidate.name === name);
    if (!call) throw new Error(`There is no call ${name}`);
    const { method, path, headers = {}, body } = call;
    return {
      ...{ method, headers, path: path(0) },
      ...(body !== undefined && { body }),
      setupRequest: (one: autocannon.Request) => ({ ...one, path: path(n++) }),
    };
  });
  const options = {
    ...{ url, connections, duration: seconds, requests },
    ...(rate !== undefined && { overallRate: rate }),
  };
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(options, (error: unknown, all) => {
      if (error instanceof Error) reject(error);
      else resolve(all);
    });
    running.on('response', (_client, status, _bytes, ms) => {
      if (status < 300) good.push(ms);
      else if (status === 503) refused.push(ms);
    });
  });
  const { duration, requests: sent, errors } = result;
  return {
    askedPerSecond: Math.round(sent.sent / duration),
    goodPerSecond: Math.round(good.length / duration),
    refusedPerSecond: Math.round(refused.length / duration),
    p50: quantile(good, 0.5),
    p99: quantile(good, 0.99),
    refusedP99: quantile(refused, 0.99),
    faults: sent.total - good.length - refused.length + errors,
  };
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
}

const servers = await Servers.start();
try {
  const service = await Contestant.start(servers, 'service', 1);
  await ask(service.url, 3, usualClients);
  const peak = await ask(service.url, 8, usualClients);
  const overload = await ask(service.url, 10, tooManyClients, 3 * peak.goodPerSecond);
  const after = await ask(service.url, 5, usualClients, Math.round(peak.goodPerSecond / 2));
  await service.stop();
  const result = { peak, overload, after, goodput: overload.goodPerSecond / peak.goodPerSecond };
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/overload.json', `${JSON.stringify(result, undefined, 2)}\n`);
  console.table({ peak, overload, after });
  console.log(`Goodput at three times the load: ${Math.round(result.goodput * 100)} % of the peak`);
} finally {
  await servers.stop();
}
