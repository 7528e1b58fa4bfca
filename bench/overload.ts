import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { Pool } from 'undici';

import { scenarios, type Scenario } from './scenarios.js';
import { Servers } from './servers.js';
import { service, Target } from './targets.js';

/** Clients of the closed loop, which finds the peak. */
const clients = 32;

/** Limits the connections, because a new connection costs the service more than a rejection. */
const maxConnections = 400;

/** Requests in the order in which they are sent, again and again. */
const mix = ['POST ticket, JSON', 'GET uncached', 'POST comment', 'POST ticket, JSON', 'GET list'].flatMap(
  (name) => scenarios.find((scenario) => scenario.name === name) ?? [],
);

/** Sends the mix, and counts the responses with their latencies. */
class Client {
  private readonly pool: Pool;
  private sent = 0;
  private readonly goodMs: number[] = [];
  private readonly rejectedMs: number[] = [];
  private errors = 0;
  inFlight = 0;

  constructor(url: string) {
    this.pool = new Pool(url, { connections: maxConnections });
  }

  /** Sends the next request; resolves after its response. */
  async sendNext(): Promise<void> {
    const scenario = mix[this.sent % mix.length];
    if (!scenario) return;
    const begin = performance.now();
    this.inFlight++;
    const status = await this.send(scenario, this.sent++).catch(() => 0);
    this.inFlight--;
    const ms = performance.now() - begin;
    if (status === 200 || status === 201) this.goodMs.push(ms);
    else if (status === 503) this.rejectedMs.push(ms);
    else this.errors++;
  }

  /** Summarises a run of this duration. Latencies are in milliseconds. */
  summary(seconds: number) {
    return {
      goodPerSecond: Math.round(this.goodMs.length / seconds),
      rejectedPerSecond: Math.round(this.rejectedMs.length / seconds),
      p50: quantile(this.goodMs, 0.5),
      p99: quantile(this.goodMs, 0.99),
      rejectedP50: quantile(this.rejectedMs, 0.5),
      rejectedP99: quantile(this.rejectedMs, 0.99),
      errors: this.errors,
    };
  }

  private send({ method, path, headers = {}, body }: Scenario, n: number): Promise<number> {
    return new Promise((resolve, reject) => {
      let received = 0;
      const request = { method, path: path(n), headers, ...(body !== undefined && { body }) };
      this.pool.dispatch(request, {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, status) => (received = status),
        onResponseData: () => undefined,
        onResponseEnd: () => {
          resolve(received);
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

/** Runs a closed loop: each of 32 clients sends its next request after the response to its last one. */
async function runClosedLoop(url: string, seconds: number) {
  const client = new Client(url);
  const end = performance.now() + seconds * 1000;
  const loop = async () => {
    while (performance.now() < end) await client.sendNext();
  };
  await Promise.all(Array.from({ length: clients }, loop));
  return client.summary(seconds);
}

/** Runs an open loop: a constant rate, regardless of earlier responses, as many independent clients send. */
async function runOpenLoop(url: string, seconds: number, perSecond: number) {
  const client = new Client(url);
  const begin = performance.now();
  for (let sent = 0; performance.now() - begin < seconds * 1000;) {
    await sleep(1);
    const due = ((performance.now() - begin) / 1000) * perSecond;
    for (; sent < due; sent++) void client.sendNext();
  }
  // Responses that come later are no goodput: their number would be divided by too short a time.
  const summary = client.summary(seconds);
  while (client.inFlight > 0) await sleep(10);
  return { ...summary, errors: client.summary(seconds).errors };
}

/** Measures the peak, three times the load of the peak, and half of it afterwards. */
async function measureRound(url: string) {
  const peak = await runClosedLoop(url, 6);
  const overload = await runOpenLoop(url, 8, 3 * peak.goodPerSecond);
  const after = await runOpenLoop(url, 4, peak.goodPerSecond / 2);
  return { goodput: overload.goodPerSecond / peak.goodPerSecond, peak, overload, after };
}

const servers = await Servers.start();
try {
  // Not pinned, because the service, the load and the databases share all cores.
  const target = await Target.start(servers, service, { number: 1, pinned: false });
  const { url } = target;
  await runClosedLoop(url, 4);
  const rounds = [await measureRound(url), await measureRound(url), await measureRound(url)];
  await target.stop();
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/overload.json', `${JSON.stringify(rounds, undefined, 2)}\n`);
  for (const { goodput, ...phases } of rounds) {
    console.table(phases);
    console.log(`Goodput at three times the load: ${Math.round(goodput * 100)} % of the peak`);
  }
} finally {
  await servers.stop();
}
