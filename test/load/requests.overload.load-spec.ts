import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, aTicket, count, median, readFromCache, scrape, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { Follower } from '../support/follower.js';
import { between } from '../support/random.js';
import { connect, createStores } from '../support/servers.js';
import { Service, type ServiceWithStores } from '../support/service.js';
import { lockTicket, waitForBlockedSessions } from '../support/transactions.js';

/** Three replicas: the first two with few statements in progress at once, the last with the default. */
let few: ServiceWithStores;
let some: ServiceWithStores;
let many: ServiceWithStores;

beforeAll(async () => {
  const stores = await createStores();
  const limits: Record<string, string>[] = [{ MAX_IN_FLIGHT: '4' }, { MAX_IN_FLIGHT: '16' }, {}];
  const starts = limits.map((environment) => Service.start({ stores, environment }));
  [few, some, many] = (await Promise.all(starts)) as [typeof few, typeof some, typeof many];
});

afterAll(async () => {
  await Promise.all([few, some, many].map((service) => service.stop()));
});

describe('An event stream', () => {
  // Among the load tests, which run alone, because it measures time.
  it('delivers an event within 250 ms of its commit', async () => {
    const urls = [some.url, many.url];
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
  });
});

describe('While MAX_IN_FLIGHT statements are in progress', () => {
  it('others fail immediately with 503 and Retry-After, those without database access succeed, and then all recover', async () => {
    const api = new Api(few.url);
    const cached = (await api.createTicket()).body.id;
    const cold = (await api.createTicket()).body.id;
    await readFromCache(api, cached);
    const locked = (await times(4, () => api.createTicket())).map(({ body }) => body.id);
    /** Sends a comment that waits for a lock; again if it was rejected, because a statement of the service itself was in progress. */
    const startComment = async (id: number) => {
      for (;;) {
        const response = api.comment(id);
        const isRejected = response.then(() => true);
        if (!(await Promise.race([isRejected, sleep(100, false)]))) return { response };
      }
    };
    /** Acts while four comments are in progress. A statement waits for a lock for a second only, so each act is a short one. */
    const whileFull = async (act: () => Promise<void>) => {
      const unlock = await lockTicket(few.stores.database, ...locked);
      const comments = await Promise.all(locked.map(startComment));
      await act();
      await unlock();
      expect(count(await Promise.all(comments.map(({ response }) => response)), 201)).toBe(4);
    };
    const measure = async (request: () => Promise<{ status: number }>) => {
      const latencies: number[] = [];
      for (let n = 0; n < 5; n++) {
        const begin = performance.now();
        await request();
        latencies.push(performance.now() - begin);
      }
      return median(latencies);
    };
    const refusals = async () => (await scrape(api)).get('ticket_http_overload_refusals_total') ?? 0;
    const rejected = [
      () => api.createTicket(),
      () => api.ticket(cold),
      () => api.send('GET', '/ticket'),
      () => api.updateStatus(cached, 'closed'),
    ];
    for (const request of rejected)
      await whileFull(async () => {
        const check = async () => {
          const { status, headers, problem } = await request();
          expect([status, headers.get('retry-after')]).toEqual([503, '1']);
          const request_id = headers.get('x-request-id');
          const type = expect.stringContaining(':unavailable');
          expect(problem).toMatchObject({ type, status: 503, request_id });
          return { status };
        };
        // Behind the statements in progress it would take a second.
        const before = await refusals();
        expect(await measure(check)).toBeLessThan(100);
        expect((await refusals()) - before).toBe(5);
      });
    await whileFull(async () => {
      await eventually(async () => (await api.ticket(cached)).headers.get('x-cache') === 'HIT');
      expect((await api.send('GET', '/health/ready')).status).toBe(200);
    });

    // A rejected read does not delay later ones.
    const reads = [await api.ticket(cold), await api.ticket(cold)];
    expect(reads.map(({ headers }) => headers.get('x-cache'))).toEqual(['MISS', 'HIT']);
    expect((await api.updateStatus(cached, 'closed')).status).toBe(200);
  });
});

describe('Two hundred clients of a ticket that another session has locked', () => {
  it('do not slow other clients down, and the service stays ready', async () => {
    const api = new Api(many.url);
    const [locked = 0, ...others] = (await times(9, () => api.createTicket())).map(({ body }) => body.id);
    const unlock = await lockTicket(many.stores.database, locked);
    // Code that has run before is faster.
    for (let n = 0; n < 50; n++) await times(8, (index) => api.comment(others[index] ?? 0));
    const end = Date.now() + 3_000;
    const waiting = times(200, async () => {
      // At least as long as Retry-After says, and not all at once.
      while (Date.now() < end) {
        await api.comment(locked);
        await sleep(between(1_000, 2_000));
      }
    });
    await waitForBlockedSessions(many.stores.database, 1);
    await sleep(500);

    const latencies: number[] = [];
    await times(others.length, async (n) => {
      while (Date.now() < end) {
        const begin = performance.now();
        const { status } = await api.comment(others[n] ?? 0);
        latencies.push(performance.now() - begin);
        expect(status).toBe(201);
        expect((await api.send('GET', '/health/ready')).status).toBe(200);
        await sleep(20);
      }
    });
    expect(latencies.length).toBeGreaterThan(50);
    // Behind the lock it would be a second or more.
    expect(median(latencies)).toBeLessThan(50);
    expect(Math.max(...latencies)).toBeLessThan(750);
    await unlock();
    await waiting;
  });
});

describe('A hundred requests whose bodies arrive at the same time', () => {
  it('are subject to MAX_IN_FLIGHT even though their heads were accepted', async () => {
    const sendBodies = await times(100, () => sendHead(`${few.url}/ticket`));
    const responses = await Promise.all(sendBodies.map((sendBody) => sendBody(JSON.stringify(aTicket))));
    expect(count(responses, 201)).toBeGreaterThan(0);
    expect(count(responses, 503)).toBeGreaterThan(50);
  });
});

/** Sends the head of a POST; resolves after 100 Continue to a function that sends the body. */
async function sendHead(url: string): Promise<(body: string) => Promise<{ status: number }>> {
  const headers = { 'content-type': 'application/json', expect: '100-continue' };
  const sent = request(url, { method: 'POST', headers, agent: false });
  sent.flushHeaders();
  await once(sent, 'continue');
  return async (body) => {
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    return { status: response.statusCode ?? 0 };
  };
}

describe('Many event streams that lag behind', () => {
  it('do not cause other requests to be rejected', async () => {
    const database = await connect(some.stores.database);
    await database.query(
      `INSERT INTO event (type, ticket_id, version, at, data)
       SELECT 'ticket.created', 1000000, n, now(), '{}' FROM generate_series(1, 30000) AS n`,
    );
    await database.end();
    const abort = new AbortController();
    const headers = { accept: 'text/event-stream' };
    const streams: Response[] = [];
    while (streams.length < 50) {
      const open = () => fetch(`${some.url}/events?from=beginning`, { headers, signal: abort.signal });
      streams.push(...(await times(5, open)));
    }
    expect(streams.every(({ status }) => status === 200)).toBe(true);
    const reading = streams.map(async ({ body }) =>
      body?.pipeTo(new WritableStream()).catch(() => undefined),
    );
    const api = new Api(some.url);
    for (let n = 0; n < 20; n++) expect((await api.createTicket()).status).toBe(201);
    abort.abort();
    await Promise.all(reading);
  });
});
