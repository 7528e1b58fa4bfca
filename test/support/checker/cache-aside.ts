/*
 * Proves that the checker of stale reads can fail: a cache with a known race, which the checker must detect.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createClient } from '@redis/client';
import pg from 'pg';

/**
 * Starts a server with the common cache-aside pattern: a read takes the cached value, or reads the database and stores the
 * result; a write commits and then deletes the key. A reader may read before the commit and store after the deletion.
 */
export async function startCacheAside(connection: pg.PoolConfig, redisUrl: string) {
  const pool = new pg.Pool(connection);
  const redis = createClient({ url: redisUrl });
  await redis.connect();

  const read = async (id: string) => {
    const key = `aside:${id}`;
    const cached = await redis.get(key);
    if (cached !== null) return cached;
    const { rows } = await pool.query<{ version: number }>('SELECT version FROM ticket WHERE id = $1', [id]);
    const version = String(rows[0]?.version);
    await redis.set(key, version, { EX: 60 });
    return version;
  };
  const write = async (id: string) => {
    const sql = 'UPDATE ticket SET version = version + 1 WHERE id = $1 RETURNING version';
    const { rows } = await pool.query<{ version: number }>(sql, [id]);
    await redis.del(`aside:${id}`);
    return String(rows[0]?.version);
  };
  const server = createServer((request, response) => {
    const id = request.url?.split('/')[2] ?? '';
    void (request.method === 'GET' ? read(id) : write(id)).then((version) => {
      response.setHeader('ETag', `"${version}"`).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await redis.disconnect();
    await pool.end();
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}
