import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { Api, count, times } from './support/api.js';
import { Gate } from './support/gate.js';
import { Service, type ServiceOnStores } from './support/service.js';
import { createStores } from './support/servers.js';
import { token } from './support/tokens.js';

const limited = { RATE_LIMIT: '5/2' };

/**
 * Starts a service, and lets it answer and forget its first calls: they take so long on a machine with other work that
 * Redis' word of them comes too late, and they are counted in the process.
 */
async function startWarm(options: Parameters<typeof Service.start>[0]): Promise<ServiceOnStores> {
  const service = await Service.start(options);
  await times(3, () => new Api(service.url).send('GET', '/ticket'));
  await sleep(2_100);
  return service;
}

describe('RATE_LIMIT=5/2', () => {
  it('lets a client call five times in two seconds, and says what is left', async () => {
    const service = await startWarm({ environment: limited });
    const api = new Api(service.url);
    const first = await api.createTicket();
    expect(first.headers.get('ratelimit-policy')).toBe('"default";q=5;w=2');
    expect(first.headers.get('ratelimit')).toBe('"default";r=4;t=2');

    const answers = await times(9, () => api.ticket(1));
    expect([count(answers, 200), count(answers, 429)]).toEqual([4, 5]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.problem.type).toMatch(/:too-many-requests$/);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(refused?.headers.get('retry-after'))).toBeLessThanOrEqual(2);

    await sleep(2_100);
    expect((await api.ticket(1)).status).toBe(200);
    await service.stop();
  });

  it('counts over all replicas, and each subject for itself', async () => {
    const environment = { ...limited, AUTH_REQUIRED: 'true' };
    const first = await startWarm({ environment });
    const second = await startWarm({ environment, stores: first.stores });
    const desk = await token({ sub: 'desk' });
    const billing = await token({ sub: 'billing' });
    const call = (n: number, of: string) =>
      new Api(n % 2 === 0 ? first.url : second.url, of).send('GET', '/ticket');
    const answers = await times(10, (n) => call(n, desk));
    expect([count(answers, 200), count(answers, 429)]).toEqual([5, 5]);
    expect(count(await times(5, (n) => call(n, billing)), 200)).toBe(5);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('goes on in each process while Redis is gone', async () => {
    const stores = await createStores();
    const redis = new URL(stores.redisUrl);
    const gate = await Gate.to(Number(redis.port));
    redis.port = String(gate.port);
    const environment = { ...limited, REDIS_URL: redis.href };
    const service = await startWarm({ stores, environment });
    const list = () => new Api(service.url).send('GET', '/ticket');
    expect(count(await times(7, list), 429)).toBe(2);
    await gate.close();
    await sleep(2_100);
    const answers = await times(12, list);
    expect([count(answers, 200), count(answers, 429)]).toEqual([5, 7]);
    await service.stop();
  });

  it('takes X-Forwarded-For for the address of a client only from a proxy that is trusted', async () => {
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    const flood = async (environment: Record<string, string>) => {
      const service = await startWarm({ environment: { ...limited, ...environment } });
      const api = new Api(service.url);
      const spread = await times(12, (n) => api.send('GET', '/ticket', from(`198.51.100.${n}`)));
      const network = await times(12, (n) => api.send('GET', '/ticket', from(`2001:db8:0:7::${n}`)));
      await service.stop();
      return [count(spread, 429), count(network, 429)];
    };
    expect(await flood({})).toEqual([7, 12]);
    expect(await flood({ TRUST_PROXY: '1' })).toEqual([0, 7]);
    expect(await flood({ TRUST_PROXY: '203.0.113.0/24' })).toEqual([7, 12]);
  });
});
