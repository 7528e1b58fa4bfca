import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { eventually } from '../../test/support/eventually.js';
import { CircuitBreaker } from './circuit-breaker.js';

/** How the server behaves, and what was asked of it. */
let server: { isThere: boolean; canMend: boolean; pings: number; mends: number; reconnects: number[] };
let breaker: CircuitBreaker;
/** Called while the server is mended. */
let whileMending: () => void;

beforeEach(() => {
  server = { isThere: true, canMend: true, pings: 0, mends: 0, reconnects: [] };
  whileMending = () => undefined;
  breaker = new CircuitBreaker({
    ping: () => {
      server.pings++;
      return server.isThere ? Promise.resolve() : Promise.reject(new Error('away'));
    },
    mend: () => {
      server.mends++;
      whileMending();
      return server.canMend ? Promise.resolve() : Promise.reject(new Error('not confirmed'));
    },
    reconnect: () => {
      server.reconnects.push(Date.now());
    },
    deadMs: 500,
  });
});

afterEach(() => {
  breaker.stop();
});

/** How long it takes until the breaker is in a state, in milliseconds. */
async function until(state: CircuitBreaker['state']): Promise<number> {
  const begin = performance.now();
  await soon(() => breaker.state === state);
  return performance.now() - begin;
}

/** Looks so often that the time at which it holds is known to some milliseconds. */
function soon(holds: () => boolean): Promise<void> {
  return eventually(() => Promise.resolve(holds()), 15_000, 5);
}

describe('A circuit breaker', () => {
  it('is open until it has begun, and closes at once for a server that is there, once that is mended', async () => {
    expect(breaker.state).toBe('open');
    breaker.start();
    expect(await until('closed')).toBeLessThan(200);
    expect(server.mends).toBe(1);
  });

  it('closes only after a while for a server that came later', async () => {
    server.isThere = false;
    breaker.start();
    await sleep(300);
    server.isThere = true;
    expect(await until('closed')).toBeGreaterThanOrEqual(990);
  });

  it('does so after a failure, and mends at each probe, as something may have been missed meanwhile', async () => {
    breaker.start();
    await until('closed');
    breaker.open();
    expect(breaker.state).toBe('open');
    const waited = (await until('recovering')) + (await until('closed'));
    expect(waited).toBeGreaterThanOrEqual(990);
    expect(server.mends).toBeGreaterThanOrEqual(5);
  });

  it('begins its while anew where the server fails again', async () => {
    breaker.start();
    await until('closed');
    breaker.open();
    await sleep(300);
    server.isThere = false;
    await until('open');
    server.isThere = true;
    expect(await until('closed')).toBeGreaterThanOrEqual(990);
  });

  it('begins it anew too where a call fails while it mends', async () => {
    let failures = 20;
    let lastFailureAt = 0;
    whileMending = () => {
      if (failures-- <= 0) return;
      lastFailureAt = performance.now();
      breaker.open();
    };
    breaker.start();
    await until('closed');
    expect(failures).toBeLessThan(0);
    expect(performance.now() - lastFailureAt).toBeGreaterThanOrEqual(990);
  });

  it('begins it anew too where a call fails between two probes', async () => {
    breaker.start();
    await until('closed');
    breaker.open();
    await until('recovering');
    await sleep(700);
    breaker.open();
    expect(await until('closed')).toBeGreaterThanOrEqual(990);
  });

  it('does not close where mending fails', async () => {
    server.canMend = false;
    breaker.start();
    await sleep(1_200);
    await soon(() => server.mends > 5);
    expect(breaker.state).toBe('open');
  });

  it('says for how long the server has been away, from the first failure on', async () => {
    breaker.start();
    await until('closed');
    await sleep(100);
    expect(breaker.awayMs).toBe(0);
    server.isThere = false;
    const begin = Date.now();
    breaker.open();
    await sleep(100);
    breaker.open();
    expect(breaker.awayMs).toBeGreaterThanOrEqual(90);
    expect(breaker.awayMs).toBeLessThanOrEqual(Date.now() - begin);
  });

  it('probes once at a time, however many calls fail', async () => {
    breaker.start();
    await until('closed');
    server.isThere = false;
    for (let n = 0; n < 10; n++) breaker.open();
    server.pings = 0;
    const begin = performance.now();
    await soon(() => server.pings >= 6);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(4 * 50);
  });

  it('has the connection made anew every so often without an answer', async () => {
    server.isThere = false;
    const begin = Date.now();
    breaker.start();
    await soon(() => server.reconnects.length >= 2);
    const [first = 0, second = 0] = server.reconnects;
    expect(first - begin).toBeGreaterThanOrEqual(500);
    expect(second - first).toBeGreaterThanOrEqual(500);
  });

  it('probes no longer once it is stopped', async () => {
    server.isThere = false;
    breaker.start();
    await sleep(100);
    breaker.stop();
    await sleep(60);
    const { pings } = server;
    await sleep(150);
    expect(server.pings).toBe(pings);
  });
});
