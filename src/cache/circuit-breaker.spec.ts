import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { eventually } from '../../test/support/eventually.js';
import { CircuitBreaker } from './circuit-breaker.js';

/** Behaviour of the server, and the number of commands it has received. */
let server: { isAvailable: boolean; canSync: boolean; pings: number; syncs: number; reconnects: number[] };
let breaker: CircuitBreaker;
/** Runs while the server is synchronized. */
let onSync: () => void;

beforeEach(() => {
  server = { isAvailable: true, canSync: true, pings: 0, syncs: 0, reconnects: [] };
  onSync = () => undefined;
  breaker = new CircuitBreaker({
    ping: () => {
      server.pings++;
      return server.isAvailable ? Promise.resolve() : Promise.reject(new Error('unavailable'));
    },
    sync: () => {
      server.syncs++;
      onSync();
      return server.canSync ? Promise.resolve() : Promise.reject(new Error('not confirmed'));
    },
    reconnect: () => {
      server.reconnects.push(Date.now());
    },
  });
});

afterEach(() => {
  breaker.stop();
});

/** Time until the breaker is in a state, in milliseconds. */
async function until(state: CircuitBreaker['state']): Promise<number> {
  const begin = performance.now();
  await soon(() => breaker.state === state);
  return performance.now() - begin;
}

/** Polls every 5 ms, so that times are exact to some milliseconds. */
function soon(condition: () => boolean): Promise<void> {
  return eventually(() => Promise.resolve(condition()), 15_000, 5);
}

describe('A circuit breaker', () => {
  it('is open until it starts, and closes immediately if the server responds and is in sync', async () => {
    expect(breaker.state).toBe('open');
    breaker.start();
    // Shorter than the quarantine.
    expect(await until('closed')).toBeLessThan(200);
    expect(server.syncs).toBe(1);
  });

  it('closes after a quarantine if the server responds later', async () => {
    server.isAvailable = false;
    breaker.start();
    await sleep(300);
    server.isAvailable = true;
    expect(await until('closed')).toBeGreaterThanOrEqual(990);
  });

  it('closes after a quarantine after a failure, and synchronizes at each probe, because an invalidation may be lost', async () => {
    breaker.start();
    await until('closed');
    breaker.open();
    expect(breaker.state).toBe('open');
    const waited = (await until('recovering')) + (await until('closed'));
    expect(waited).toBeGreaterThanOrEqual(990);
    expect(server.syncs).toBeGreaterThanOrEqual(5);
  });

  it('restarts the quarantine when the server fails again', async () => {
    breaker.start();
    await until('closed');
    breaker.open();
    await sleep(300);
    server.isAvailable = false;
    await until('open');
    server.isAvailable = true;
    expect(await until('closed')).toBeGreaterThanOrEqual(990);
  });

  it('restarts the quarantine when a request fails during synchronization', async () => {
    let failures = 20;
    let lastFailureAt = 0;
    onSync = () => {
      if (failures-- <= 0) return;
      lastFailureAt = performance.now();
      breaker.open();
    };
    breaker.start();
    await until('closed');
    expect(failures).toBeLessThan(0);
    expect(performance.now() - lastFailureAt).toBeGreaterThanOrEqual(990);
  });

  it('restarts the quarantine when a request fails between two probes', async () => {
    breaker.start();
    await until('closed');
    breaker.open();
    await until('recovering');
    await sleep(700);
    breaker.open();
    expect(await until('closed')).toBeGreaterThanOrEqual(990);
  });

  it('does not close while synchronization fails', async () => {
    server.canSync = false;
    breaker.start();
    await sleep(1_200);
    await soon(() => server.syncs > 5);
    expect(breaker.state).toBe('open');
  });

  it('measures the time since the first failure', async () => {
    breaker.start();
    await until('closed');
    await sleep(100);
    expect(breaker.awayMs).toBe(0);
    server.isAvailable = false;
    const begin = Date.now();
    breaker.open();
    await sleep(100);
    breaker.open();
    expect(breaker.awayMs).toBeGreaterThanOrEqual(90);
    expect(breaker.awayMs).toBeLessThanOrEqual(Date.now() - begin);
  });

  it('runs one probe at a time, regardless of the number of failed requests', async () => {
    breaker.start();
    await until('closed');
    server.isAvailable = false;
    for (let n = 0; n < 10; n++) breaker.open();
    server.pings = 0;
    const begin = performance.now();
    await soon(() => server.pings >= 6);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(4 * 50);
  });

  it('replaces the connection after every two seconds without a response', async () => {
    server.isAvailable = false;
    const begin = Date.now();
    breaker.start();
    await soon(() => server.reconnects.length >= 2);
    const [first = 0, second = 0] = server.reconnects;
    expect(first - begin).toBeGreaterThanOrEqual(2_000);
    expect(second - first).toBeGreaterThanOrEqual(2_000);
  });

  it('does not probe after it is stopped', async () => {
    server.isAvailable = false;
    breaker.start();
    await sleep(100);
    breaker.stop();
    await sleep(60);
    const { pings } = server;
    await sleep(150);
    expect(server.pings).toBe(pings);
  });
});
