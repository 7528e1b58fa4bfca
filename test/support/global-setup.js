import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

// Jest loads this file as it stands, so it takes the compiled source.
import { startEmbeddedPostgres } from '../../dist/src/database/embedded-postgres.js';
import { startRedis } from './redis.js';

/** Starts the real PostgreSQL and the real Redis that all tests of a run share, and says where they are. */
export default async function startServers() {
  const directory = await mkdtemp(join(tmpdir(), 'ticket-system-'));
  const [postgres, redis] = await Promise.all([
    startEmbeddedPostgres(join(directory, 'postgres'), { max_connections: '200' }),
    startRedis(),
  ]);
  const { host, port, user, password } = postgres;
  await numberStores({ host, port, user, password });
  process.env.TEST_SERVERS = JSON.stringify({
    postgres: { host, port, user, password },
    redisUrl: redis.url,
    redisDatabases: redis.databases,
  });
  globalThis.stopServers = async () => {
    redis.stop();
    await postgres.stop();
    await rm(directory, { recursive: true });
  };
}

/** Files of tests that run at once take their stores by number. */
async function numberStores(server) {
  const client = new pg.Client({ ...server, database: 'postgres' });
  await client.connect();
  await client.query('CREATE SEQUENCE test_number');
  await client.end();
}
