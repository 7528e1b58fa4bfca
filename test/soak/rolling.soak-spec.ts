import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { freePort } from '../../src/database/free-port.js';
import { Haproxy } from '../support/checker/haproxy.js';
import { Api } from '../support/api.js';
import { Follower } from '../support/follower.js';
import { connect, createStores } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';

const restarts = 50;
const clients = 8;

describe('Rolling restarts of two replicas behind a proxy', () => {
  it('fail no request and lose no event', async () => {
    const stores = await createStores();
    const ports = [await freePort(), await freePort()];
    const launch = (port: number) =>
      Service.launch({
        ...environmentOf(stores),
        PORT: String(port),
        SHUTDOWN_DELAY: '1',
        LOG_LEVEL: 'error',
      });
    const replicas = await Promise.all(ports.map(launch));
    const proxy = await Haproxy.start(ports);
    const api = new Api(proxy.url);

    const counts = { requests: 0, failed: [] as string[] };
    let isOver = false;
    const send = async (act: () => Promise<{ status: number }>) => {
      counts.requests++;
      await act().then(
        ({ status }) => status >= 500 && counts.failed.push(String(status)),
        (error: unknown) => counts.failed.push(String(error instanceof Error ? error.cause : error)),
      );
    };
    const client = async () => {
      while (!isOver) {
        let id = 1;
        await send(async () => {
          const created = await api.createTicket();
          id = created.body.id;
          return created;
        });
        await send(() => api.ticket(id));
        await send(() => api.comment(id));
        await send(() => api.updateStatus(id, 'answered'));
        await send(() => api.send('GET', '/ticket'));
      }
    };
    const follower = await new Follower([proxy.url], 'from=beginning').open();
    const running = Promise.all(Array.from({ length: clients }, client));

    for (let n = 0; n < restarts; n++) {
      const turn = n % 2;
      await replicas[turn]?.stop();
      replicas[turn] = await launch(ports[turn] ?? 0);
      await sleep(500);
    }
    isOver = true;
    await running;

    const database = await connect(stores.database);
    const { rows } = await database.query<{ count: number }>('SELECT count(*)::integer AS count FROM event');
    await database.end();
    const events = rows[0]?.count ?? 0;
    await follower.has(events);
    follower.close();
    const ids = new Set(follower.received.map(({ id }) => id));
    const figures = { restarts, ...counts, events, received: follower.received.length };
    writeFileSync('dist/rolling-restarts.json', JSON.stringify(figures, null, 2));
    await Promise.all([...replicas.map((replica) => replica.stop()), proxy.stop()]);

    expect(counts.failed).toEqual([]);
    expect(follower.received).toHaveLength(events);
    expect(ids.size).toBe(events);
  }, 900_000);
});
