import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from '@redis/client';

import { Api, aTicket } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { Service, type ServiceWithStores } from '../support/service.js';
import { createStores, type Stores } from '../support/servers.js';

let stores: Stores;
let proxy: FaultProxy;
let service: ServiceWithStores;
let api: Api;

beforeAll(async () => {
  stores = await createStores();
  const redisUrl = new URL(stores.redisUrl);
  proxy = await FaultProxy.to(Number(redisUrl.port));
  redisUrl.port = String(proxy.port);
  service = await Service.start({ stores, environment: { REDIS_URL: redisUrl.href } });
  api = new Api(service.url);
  await api.createTicket();
});
afterAll(async () => {
  await service.stop();
  await proxy.close();
});

const count = async (query: string, on = api) => {
  const begin = performance.now();
  const { status, body } = await on.send<{ count: number; as_of: string }>('GET', `/ticket/count?${query}`);
  return { status, ...body, ms: performance.now() - begin };
};

describe('A count', () => {
  it('is shared by replicas through Redis, without its filters in the key', async () => {
    const other = await Service.start({ stores });
    const email = `email=${aTicket.email}`;
    let first = await count(email);
    const both = async () => {
      first = await count(email);
      return (await count(email, new Api(other.url))).as_of === first.as_of;
    };
    await eventually(both);
    const redis = createClient({ url: stores.redisUrl });
    await redis.connect();
    const keys = await redis.keys('*');
    await redis.disconnect();
    await other.stop();
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
