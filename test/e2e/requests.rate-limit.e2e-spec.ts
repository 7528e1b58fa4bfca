import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, count, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { createStores } from '../support/servers.js';
import { Service } from '../support/service.js';
import { token } from '../support/tokens.js';

/** The window is long enough for the requests of one test on a busy machine. */
const limited = { RATE_LIMIT: '5/5', TRUST_PROXY: '1' };

/** Lists tickets as a client whose address a proxy forwards. */
const listFrom = (service: Service, address: string) =>
  new Api(service.url).send('GET', '/ticket', { headers: { 'x-forwarded-for': address } });

/** Counts the rejections of twelve requests from different IPv4 addresses, and of twelve from one IPv6 network. */
async function rejections(service: Service, attempt = 0): Promise<[number, number]> {
  const spread = await times(12, (n) => listFrom(service, `192.0.${attempt}.${n}`));
  const network = await times(12, (n) => listFrom(service, `2001:db8:0:${attempt}::${n}`));
  return [count(spread, 429), count(network, 429)];
}

describe('RATE_LIMIT=5/5', () => {
  let services: Service[];

  beforeAll(async () => {
    const stores = await createStores();
    const environment = { ...limited, AUTH_REQUIRED: 'true' };
    services = await times(2, () => Service.start({ stores, environment }));
  });

  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
  });

  const apiOf = async (sub: string, replica = 0) =>
    new Api(services[replica]?.url ?? '', await token({ sub }));

  it('allows a client five requests in five seconds, and returns the remaining ones', async () => {
    const api = await apiOf('desk');
    const first = await api.createTicket();
    expect(first.headers.get('ratelimit-policy')).toBe('"default";q=5;w=5');
    expect(first.headers.get('ratelimit')).toBe('"default";r=4;t=5');

    const responses = await times(9, () => api.ticket(1));
    expect([count(responses, 200), count(responses, 429)]).toEqual([4, 5]);
    const rejected = responses.find(({ status }) => status === 429);
    expect(rejected?.problem.type).toMatch(/:too-many-requests$/);
    expect(Number(rejected?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(rejected?.headers.get('retry-after'))).toBeLessThanOrEqual(5);

    await eventually(async () => (await api.ticket(1)).status === 200);
  });

  it('does not count probes and scrapers', async () => {
    const api = await apiOf('prometheus');
    for (const path of ['/health/live', '/health/ready', '/metrics'])
      expect(count(await times(6, () => api.send('GET', path)), 200)).toBe(6);
  });

  it('counts each subject separately', async () => {
    for (const sub of ['billing', 'sales']) {
      const api = await apiOf(sub);
      expect(count(await times(5, () => api.send('GET', '/ticket')), 200)).toBe(5);
    }
  });

  it('counts across replicas', async () => {
    // On a busy machine Redis may miss a deadline. Each process then counts alone, and the test retries.
    let attempt = 0;
    await eventually(async () => {
      const sub = `attempt ${attempt++}`;
      const apis = [await apiOf(sub, 0), await apiOf(sub, 1)];
      const responses = await times(10, (n) => (apis[n % 2] ?? new Api('')).send('GET', '/ticket'));
      return count(responses, 200) === 5 && count(responses, 429) === 5;
    });
  });
});

describe('RATE_LIMIT=5/5 behind a trusted proxy', () => {
  let proxy: FaultProxy;
  let service: Service;

  beforeAll(async () => {
    const stores = await createStores();
    const redis = new URL(stores.redisUrl);
    proxy = await FaultProxy.to(Number(redis.port));
    redis.port = String(proxy.port);
    service = await Service.start({ stores, environment: { ...limited, REDIS_URL: redis.href } });
  });

  afterAll(async () => {
    await service.stop();
    await proxy.close();
  });

  const list = (from: string) => () => listFrom(service, from);

  it('counts clients by X-Forwarded-For', async () => {
    // On a busy machine Redis may miss a deadline. The process then counts alone, beginning at 0, and the test retries.
    let attempt = 0;
    await eventually(async () => {
      const [spread, network] = await rejections(service, attempt++);
      return spread === 0 && network === 7;
    });
  });

  it('counts in the process while Redis does not answer, without waiting for it but in the first requests', async () => {
    await times(3, list('198.51.100.1'));
    proxy.freeze();
    const responses = await times(9, list('198.51.100.1'));
    expect([count(responses, 200), count(responses, 429)]).toEqual([5, 4]);
    const begin = performance.now();
    for (let n = 0; n < 50; n++) await listFrom(service, `198.51.101.${n}`);
    // Each of them would wait 50 ms.
    expect(performance.now() - begin).toBeLessThan(1_500);
    proxy.thaw();
  });

  it('counts in each process while Redis is unavailable', async () => {
    const api = new Api(service.url);
    const created = await api.createTicket();
    expect(created.status).toBe(201);
    await proxy.close();
    let requests = 0;
    await eventually(async () => {
      const from = { 'x-forwarded-for': `203.0.113.${++requests}` };
      return (await api.ticket(created.body.id, from)).headers.get('x-cache') === 'BYPASS';
    });
    const responses = await times(12, list('198.51.100.2'));
    expect([count(responses, 200), count(responses, 429)]).toEqual([5, 7]);
  });
});

describe('X-Forwarded-For of a client that is no trusted proxy', () => {
  it.each(['', '203.0.113.0/24'])('is not used with TRUST_PROXY=%s', async (TRUST_PROXY) => {
    const service = await Service.start({ environment: { RATE_LIMIT: '5/60', TRUST_PROXY } });
    expect(await rejections(service)).toEqual([7, 12]);
    await service.stop();
  });
});
