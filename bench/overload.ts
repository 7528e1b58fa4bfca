import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { Pool } from 'undici';

import { calls, type Call } from './calls.js';
import { Target } from './targets.js';
import { Servers } from './servers.js';

/** How many clients ask one thing after the other where the most that the service can carry is looked for. */
const clients = 32;

/** How many connections they share at the most: each that is new costs the service more than a refusal. */
const maxConnections = 400;

/** What is asked for, in turns. */
const mix = ['POST ticket, JSON', 'GET uncached', 'POST comment', 'POST ticket, JSON', 'GET list'].flatMap(
  (name) => calls.find((call) => call.name === name) ?? [],
);

/** Asks, and keeps what became of it. */
class Asker {
  private readonly pool: Pool;
  private n = 0;
  underWay = 0;
  good: number[] = [];
  refused: number[] = [];
  faults = 0;

  constructor(url: string) {
    this.pool = new Pool(url, { connections: maxConnections });
  }

  /** Sends the next request; resolves once it has been answered. */
  async ask(): Promise<void> {
    const call = mix[this.n % mix.length];
    if (!call) return;
    const begin = performance.now();
    this.underWay++;
    const status = await this.send(call, this.n++).catch(() => 0);
    this.underWay--;
    const ms = performance.now() - begin;
    if (status === 200 || status === 201) this.good.push(ms);
    else if (status === 503) this.refused.push(ms);
    else this.faults++;
  }

  /** What became of the requests of so many seconds. */
  outcome(seconds: number) {
    return {
      goodPerSecond: Math.round(this.good.length / seconds),
      refusedPerSecond: Math.round(this.refused.length / seconds),
      /** In milliseconds, of those who were let in, and of those who were not. */
      p50: quantile(this.good, 0.5),
      p99: quantile(this.good, 0.99),
      refusedP50: quantile(this.refused, 0.5),
      refusedP99: quantile(this.refused, 0.99),
      faults: this.faults,
    };
  }

  private send({ method, path, headers = {}, body }: Call, n: number): Promise<number> {
    return new Promise((resolve, reject) => {
      let answered = 0;
      const request = { method, path: path(n), headers, ...(body !== undefined && { body }) };
      this.pool.dispatch(request, {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, status) => (answered = status),
        onResponseData: () => undefined,
        onResponseEnd: () => {
          resolve(answered);
        },
        onResponseError: (_controller, error) => {
          reject(error);
        },
      });
    });
  }
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
}

/** As fast as there are answers. */
async function askInTurns(url: string, seconds: number) {
  const asker = new Asker(url);
  const end = performance.now() + seconds * 1000;
  const client = async () => {
    while (performance.now() < end) await asker.ask();
  };
  await Promise.all(Array.from({ length: clients }, client));
  return asker.outcome(seconds);
}

/** So many requests a second, evenly, whatever becomes of those before them: as many clients who know nothing of each other. */
async function askAtRate(url: string, seconds: number, perSecond: number) {
  const asker = new Asker(url);
  const begin = performance.now();
  for (let sent = 0; performance.now() - begin < seconds * 1000;) {
    await sleep(1);
    const due = ((performance.now() - begin) / 1000) * perSecond;
    for (; sent < due; sent++) void asker.ask();
  }
  while (asker.underWay > 0) await sleep(10);
  return asker.outcome(seconds);
}

/** The most that it can carry, three times that, and what comes after. */
async function round(url: string) {
  const peak = await askInTurns(url, 6);
  const overload = await askAtRate(url, 8, 3 * peak.goodPerSecond);
  const after = await askAtRate(url, 4, peak.goodPerSecond / 2);
  return { goodput: overload.goodPerSecond / peak.goodPerSecond, peak, overload, after };
}

const servers = await Servers.start();
try {
  // On all cores, which it shares with the load and the databases: what one of them leaves, another can use.
  const service = await Target.start(servers, 'service', 1, false);
  await askInTurns(service.url, 4);
  const rounds = [await round(service.url), await round(service.url), await round(service.url)];
  await service.stop();
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/overload.json', `${JSON.stringify(rounds, undefined, 2)}\n`);
  for (const { goodput, ...outcomes } of rounds) {
    console.table(outcomes);
    console.log(`Goodput at three times the load: ${Math.round(goodput * 100)} % of the peak`);
  }
} finally {
  await servers.stop();
}
