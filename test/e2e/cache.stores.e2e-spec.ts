import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { MemoryStore } from '../../src/cache/memory-store.js';
import { NotPrimary, type CacheEntry, type CacheStore } from '../../src/cache/ports.js';
import { RedisStore } from '../../src/cache/redis-store.js';
import { Redis } from '../../src/cache/redis.js';
import { readEnvironment } from '../../src/config/read-environment.js';
import { startRedis, type FaultyRedis } from '../support/checker/faulty-redis.js';
import { eventually } from '../support/eventually.js';
import type { FaultProxy } from '../support/fault-proxy.js';

/** An entry of a version, with characters that need escaping. */
const entryOf = (version: number): CacheEntry => ({ etag: `"${version}"`, body: '{"text":"line\\nline"}\n' });

let server: FaultyRedis;
let proxy: FaultProxy;
let redis: Redis;
let stores: [CacheStore, CacheStore];
const opened: Redis[] = [];

function connect(replica: number, prefix = ''): Redis {
  const environment = readEnvironment({ ...server.environment(replica), REDIS_KEY_PREFIX: prefix });
  const connection = new Redis(environment.REDIS_URL ?? '', environment);
  opened.push(connection);
  return connection;
}

const isNamed = ({ name }: { name: string | undefined }) => eventually(() => name !== undefined);

beforeAll(async () => {
  server = await startRedis(2);
  [proxy] = server.proxies as [FaultProxy];
  redis = connect(0);
  const other = connect(1);
  const environment = readEnvironment({});
  stores = [new RedisStore(redis, environment), new RedisStore(other, environment)];
  await eventually(() => stores.every(({ name }) => name !== undefined));
});

afterAll(async () => {
  for (const connection of opened) connection.onApplicationShutdown();
  await server.stop();
});

describe.each([
  ['of two replicas in Redis', () => stores],
  [
    'in the process',
    () => {
      const store = new MemoryStore(readEnvironment({}));
      return [store, store] as const;
    },
  ],
])('The entries %s', (kind, open) => {
  it('are stored byte for byte by the reader that has the lease', async () => {
    const [first, second] = open();
    const key = `${kind}:fill`;
    expect(await first.read(key, 'a')).toBe(true);
    expect(await second.read(key, 'b')).toBe(false);
    await second.fill(key, 'b', entryOf(1));
    expect(await second.read(key, 'b')).toBe(false);
    await first.fill(key, 'a', entryOf(2));
    expect(await second.read(key, 'b')).toEqual(entryOf(2));
  });

  it('are not stored by a reader whose lease a write has evicted', async () => {
    const [first, second] = open();
    const key = `${kind}:evicted`;
    await first.read(key, 'a');
    await second.evict([[key, Infinity]]);
    await first.fill(key, 'a', entryOf(1));
    expect(await second.read(key, 'b')).toBe(true);
    await first.fill(key, 'a', entryOf(1));
    expect(await second.read(key, 'c')).toBe(false);
  });

  it('go with a write', async () => {
    const [first, second] = open();
    const key = `${kind}:write`;
    await first.read(key, 'a');
    await first.fill(key, 'a', entryOf(1));
    await second.evict([[key, Infinity]]);
    expect(await first.read(key, 'b')).toBe(true);
  });
});

describe('The numbering of events', () => {
  it('evicts leases and lower versions, and keeps the others', async () => {
    const [store] = stores;
    const keys = ['lower', 'same', 'higher', 'lease', 'free'];
    for (const [n, key] of keys.slice(0, 3).entries()) {
      await store.read(key, 'a');
      await store.fill(key, 'a', entryOf(9 + n));
    }
    await store.read('lease', 'a');
    await store.evict(keys.map((key) => [key, 10]));
    const found = await Promise.all(keys.map((key) => store.read(key, 'b')));
    expect(found).toEqual([true, entryOf(10), entryOf(11), true, true]);
  });
});

describe('The connection to Redis', () => {
  it('names the server, the database and the prefix', async () => {
    const others = [connect(0, 'other:'), connect(1)];
    await eventually(() => others.every(({ name }) => name !== undefined));
    expect(others[0]?.name).not.toBe(redis.name);
    expect(others[1]?.name).toBe(redis.name);
  });

  it('has no name while the server does not answer, and rejects what is not confirmed in time', async () => {
    await isNamed(redis);
    proxy.freeze();
    const begin = performance.now();
    await expect(stores[0].evict([['late', 1]])).rejects.toThrow('did not answer');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(45);
    expect(redis.name).toBeUndefined();
    proxy.thaw();
    await eventually(() => redis.name !== undefined);
  });

  it('does not count a stall of this process as silence of the server', async () => {
    await isNamed(redis);
    const evicted = stores[0].evict([['stalled', 1]]);
    const end = performance.now() + 200;
    while (performance.now() < end);
    await expect(evicted).resolves.toBeUndefined();
  });

  it('is replaced after a second of silence', async () => {
    await isNamed(redis);
    const { accepted } = proxy;
    proxy.freeze();
    await eventually(() => proxy.accepted > accepted);
    proxy.thaw();
    await eventually(() => redis.name !== undefined);
  });

  it('sends a command on the connection that was checked, or not at all', async () => {
    await isNamed(redis);
    proxy.cut = (sent) => (sent.includes('unsent') ? 'before' : undefined);
    await expect(stores[0].read('unsent', 'a')).rejects.toThrow();
    delete proxy.cut;
    await eventually(() => redis.name !== undefined);
    expect(await server.command('EXISTS', 'unsent')).toBe(0);
  });

  it('has no name, and refuses reads and evictions, on a server that was demoted', async () => {
    await isNamed(redis);
    const before = redis.name;
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await expect(stores[0].read('demoted', 'a')).rejects.toThrow(NotPrimary);
    await expect(stores[0].evict([['demoted', 1]])).rejects.toThrow(NotPrimary);
    await eventually(() => redis.name === undefined);
    await sleep(200);
    expect(redis.name).toBeUndefined();
    await server.command('REPLICAOF', 'NO', 'ONE');
    await eventually(() => redis.name !== undefined);
    expect(redis.name).not.toBe(before);
  });
});
