import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from '@redis/client';

import { Api, type ApiResponse, aTicket, type Ticket, waitForRedis } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { Service } from '../support/service.js';
import { createStores, type Stores } from '../support/servers.js';

let stores: Stores;
/** The way of the first replica to Redis. */
let proxy: FaultProxy;
let services: Service[];
let api: Api;
let other: Api;

beforeAll(async () => {
  stores = await createStores();
  const redisUrl = new URL(stores.redisUrl);
  proxy = await FaultProxy.to(Number(redisUrl.port));
  redisUrl.port = String(proxy.port);
  services = [
    await Service.start({ stores, environment: { REDIS_URL: redisUrl.href } }),
    await Service.start({ stores }),
  ];
  [api, other] = services.map(({ url }) => new Api(url)) as [Api, Api];
  await api.createTicket();
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await proxy.close();
});

const count = async (query: string, on = api) => {
  const begin = performance.now();
  const { status, body } = await on.send<{ count: number; as_of: string }>('GET', `/ticket/count?${query}`);
  return { status, ...body, ms: performance.now() - begin };
};

describe('A count', () => {
  it('is shared by replicas through Redis, without its filters in the key', async () => {
    const email = `email=${aTicket.email}`;
    let first = await count(email);
    const both = async () => {
      first = await count(email);
      return (await count(email, other)).as_of === first.as_of;
    };
    await eventually(both);
    const redis = createClient({ url: stores.redisUrl });
    await redis.connect();
    const keys = await redis.keys('*');
    await redis.disconnect();
    expect(first.count).toBe(1);
    expect(keys.filter((key) => key.includes('count'))).not.toEqual([]);
    expect(keys.filter((key) => key.includes('ada'))).toEqual([]);
  });

  it('does not fail and does not wait while Redis does not respond', async () => {
    proxy.freeze();
    for (let n = 0; n < 10; n++) {
      const { status, ms } = await count(`tag=frozen${n}`);
      expect(status).toBe(200);
      expect(ms).toBeLessThan(1_000);
    }
    proxy.thaw();
    proxy.reset();
    expect((await count('tag=reset')).status).toBe(200);
  });
});

describe('The cache of two replicas', () => {
  beforeAll(async () => {
    await Promise.all([api, other].map(waitForRedis));
  });

  it('reports hits and misses in X-Cache', async () => {
    let responses: ApiResponse<Ticket>[] = [];
    await eventually(async () => {
      const { id } = (await api.createTicket()).body;
      responses = [await api.ticket(id), await api.ticket(id), await other.ticket(id)];
      return responses.map(({ headers }) => headers.get('x-cache')).join() === 'MISS,HIT,HIT';
    });
    expect(responses[2]?.body).toEqual(responses[0]?.body);
    expect(responses[2]?.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('shows a write of one replica immediately on the other', async () => {
    const { id } = (await api.createTicket()).body;
    await other.ticket(id);
    await api.updateStatus(id, 'answered');
    expect((await other.ticket(id)).body.status).toBe('answered');
    await api.comment(id);
    expect((await other.ticket(id)).body.comment_count).toBe(1);
  });

  it.each(['/', '?', '/?'])('has one entry for a ticket, even if the URL ends in %s', async (end) => {
    let id = 0;
    await eventually(async () => {
      ({ id } = (await api.createTicket()).body);
      await api.ticket(id);
      return (await api.ticket(`${id}${end}`)).headers.get('x-cache') === 'HIT';
    });
    await api.updateStatus(id, 'closed');
    expect((await api.ticket(`${id}${end}`)).body.status).toBe('closed');
  });
});
