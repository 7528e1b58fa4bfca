import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { startRedis, type FaultyRedis } from '../support/checker/faulty-redis.js';
import { load, type LoadResponse } from '../support/checker/load.js';
import { Api, median, times } from '../support/api.js';
import { memoryOf } from '../support/processes.js';
import { createStores } from '../support/servers.js';
import { Service } from '../support/service.js';

/** Duration of the outage under full load; docs/cache.md shows the figures for ten minutes. */
const outageMs = Number(process.env['OUTAGE_SECONDS'] ?? 120) * 1000;
const aroundMs = 5_000;

/** Many, because a ticket with many comments would slow down the reads of a long run. */
const tickets = 200;

/** A limit that the load does not reach, so that every request is counted. */
const rateLimit = { RATE_LIMIT: '1000000/60' };

interface Outage {
  name: string;
  begin: (redis: FaultyRedis) => Promise<void> | void;
  end: (redis: FaultyRedis) => Promise<void> | void;
}
const outages: Outage[] = [
  { name: 'killed', begin: (redis) => redis.kill(), end: (redis) => redis.launch() },
  {
    name: 'stopped (SIGSTOP)',
    begin: (redis) => {
      redis.signal('SIGSTOP');
    },
    end: (redis) => {
      redis.signal('SIGCONT');
    },
  },
];
const figures: object[] = [];

/** Resident memory of a process in MiB. */
function memoryMb(pid = 0): number {
  return Math.round(memoryOf(pid) / 1024 / 1024);
}

const longest = (responses: LoadResponse[]) =>
  Math.round(responses.reduce((max, { ms }) => Math.max(max, ms), 0));

describe('An outage of Redis', () => {
  it.each(outages)(
    'has no effect on clients: Redis $name',
    async ({ name, begin, end }) => {
      const redis = await startRedis(1);
      const service = await Service.start({
        stores: await createStores(),
        environment: { ...redis.environment(0), ...rateLimit },
      });
      const ids = await times(tickets, async () => (await new Api(service.url).createTicket()).body.id);

      const responses: LoadResponse[] = [];
      let isOver = false;
      const running = load({
        ...{ urls: [service.url], ids, readers: 6, writers: 2, reads: 0, writes: 0 },
        until: () => isOver,
        onResponse: (response) => responses.push(response),
      });
      await sleep(aroundMs);
      const outageAt = performance.now();
      await begin(redis);
      await sleep(outageMs / 10);
      const early = memoryMb(service.process.pid);
      await sleep(outageMs * 0.9);
      const late = memoryMb(service.process.pid);
      await end(redis);
      const backAt = performance.now();
      await sleep(aroundMs);
      isOver = true;
      const { failures } = await running;

      const before = responses.filter(({ at }) => at < outageAt - 100);
      const first = responses.filter(({ at, ms }) => at + ms >= outageAt && at < outageAt + 1_000);
      const during = responses.filter(({ at }) => at > outageAt + 1_000 && at < backAt);
      const hit = responses.find(({ at, cache }) => at > backAt && cache === 'HIT');
      const figure = {
        outage: name,
        requests: responses.length,
        failures: failures.length,
        medianMs: { before: median(before.map(({ ms }) => ms)), during: median(during.map(({ ms }) => ms)) },
        longestMs: {
          before: longest(before),
          firstReads: longest(first.filter(({ kind }) => kind === 'read')),
          firstWrites: longest(first.filter(({ kind }) => kind === 'write')),
          during: longest(during),
        },
        memoryMb: { early, late },
        hitAgainMs: Math.round((hit?.at ?? Infinity) - backAt),
      };
      figures.push(figure);
      writeFileSync('dist/cache-outage.json', JSON.stringify(figures, null, 2));
      await service.stop();
      await redis.stop();

      expect(failures).toEqual([]);
      expect(responses.filter(({ status }) => status >= 500)).toEqual([]);
      // A read waits for Redis for 50 ms; a write also until no replica reads from the cache any more.
      expect(figure.longestMs.firstReads).toBeLessThan(figure.longestMs.before + 200);
      expect(figure.longestMs.firstWrites).toBeLessThan(figure.longestMs.before + 700);
      // Two seconds of a Redis that responds, and the warming.
      expect(figure.hitAgainMs).toBeLessThan(5_000);
      expect(late).toBeLessThan(early + 30);
    },
    outageMs + 60_000,
  );
});
