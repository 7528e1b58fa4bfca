import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { Api, times } from '../support/api.js';
import { Follower } from '../support/follower.js';
import { createStores } from '../support/servers.js';
import { Service } from '../support/service.js';

describe('An event stream', () => {
  // Among the load tests, which run alone, because it measures time.
  it('delivers an event within 250 ms of its commit', async () => {
    const stores = await createStores();
    const services = await times(2, () => Service.start({ stores }));
    const urls = services.map(({ url }) => url);
    const follower = await new Follower(urls, 'from=now').open();
    const delays = [];
    for (let n = 1; n <= 20; n++) {
      await sleep(Math.random() * 100);
      await new Api(urls[n % 2] ?? '').createTicket();
      const committedAt = performance.now();
      await follower.has(n);
      delays.push((follower.received.at(-1)?.at ?? Infinity) - committedAt);
    }
    expect(Math.max(...delays)).toBeLessThan(250);
    follower.close();
    await Promise.all(services.map((service) => service.stop()));
  });
});
