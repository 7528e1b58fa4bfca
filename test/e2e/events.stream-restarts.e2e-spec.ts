import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, count, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { Follower } from '../support/follower.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { createStores, servers, type Stores } from '../support/servers.js';
import { Service } from '../support/service.js';

let stores: Stores;
let services: Service[];
/** The way of the second replica to PostgreSQL. */
let postgres: FaultProxy;

/** Starts the replica with this number, on the port that it had before. */
const start = (n: number, PORT = '0') =>
  Service.start({
    stores,
    environment: { PORT, ...(n === 1 && { POSTGRES_PORT: String(postgres.port) }) },
  });

beforeAll(async () => {
  stores = await createStores();
  postgres = await FaultProxy.to(servers().postgres.port);
  services = await times(2, (n) => start(n));
});

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await postgres.close();
});

const urls = () => services.map(({ url }) => url);

describe('A client of the event stream', () => {
  it('receives every event once while the replicas restart one after the other', async () => {
    const [first, second] = urls().map((url) => new Api(url));
    const id = (await first?.createTicket())?.body.id ?? 0;
    const follower = await new Follower(urls(), `from=beginning&ticket_id=${id}`).open();
    let written = 1;
    for (const n of [0, 1]) {
      const { port } = new URL(urls()[n] ?? '');
      const other = n === 0 ? second : first;
      const writing = times(20, () => other?.comment(id) ?? Promise.reject(new Error('No replica')));
      expect(await services[n]?.stop()).toBe(0);
      services[n] = await start(n, port);
      written += count(await writing, 201);
    }
    await follower.has(written);
    expect(follower.received.map(({ version }) => version)).toEqual(
      Array.from({ length: written }, (_, index) => index + 1),
    );
    follower.close();
  });

  it('receives every event after an outage of PostgreSQL', async () => {
    const [first, service] = services as [Service, Service];
    const other = new Api(first.url);
    const { id } = (await other.createTicket()).body;
    const follower = await new Follower([service.url], `from=beginning&ticket_id=${id}`).open();
    await follower.has(1);
    await postgres.close();
    await other.comment(id);
    await eventually(() => service.output.includes('The feed cannot be read'));
    expect(follower.received).toHaveLength(1);
    // A reconnect during the outage must not fail: an EventSource does not retry after an error response.
    const position = `after=${follower.received[0]?.id ?? ''}&ticket_id=${id}`;
    const reconnected = await new Follower([service.url], position).open();
    await postgres.open();
    await follower.has(2);
    await reconnected.has(1);
    expect(follower.received.map(({ version }) => version)).toEqual([1, 2]);
    expect(reconnected.received.map(({ version }) => version)).toEqual([2]);
    follower.close();
    reconnected.close();
  });
});
