import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

// Jest loads this file as it stands, so it takes the compiled source.
import { startEmbeddedPostgres } from '../../dist/src/database/embedded-postgres.js';
import { startPgbouncer } from '../../deploy/local/pgbouncer.js';
import { startReplica } from '../../deploy/local/replica.js';
import { startRedis } from './redis.js';

/** What stands between the services and PostgreSQL: nothing, unless `npm run check:pooler` or `check:replica` says so. */
const topologies = {
  plain: { start: () => ({ environment: {}, stop: () => undefined }) },
  pooler: { start: (_data, postgres) => startPgbouncer(postgres) },
  replica: { start: startSynchronousReplica },
};

/** Starts the real PostgreSQL and the real Redis that all tests of a run share, and says where they are. */
export default async function startServers() {
  const directory = await mkdtemp(join(tmpdir(), 'ticket-system-'));
  const { TEST_TOPOLOGY = 'plain' } = process.env;
  const topology = topologies[TEST_TOPOLOGY];
  const data = join(directory, 'postgres');
  const [postgres, redis] = await Promise.all([
    startEmbeddedPostgres(data, { max_connections: '200' }),
    startRedis(),
  ]);
  const { host, port, user, password } = postgres;
  // Files of tests that run at once take their stores by number.
  await run({ host, port, user, password }, 'CREATE SEQUENCE test_number');
  const between = await topology.start(data, { host, port, user, password });
  process.env.TEST_SERVERS = JSON.stringify({
    postgres: { host, port, user, password },
    redisUrl: redis.url,
    redisDatabases: redis.databases,
    environment: between.environment,
  });
  globalThis.stopServers = async () => {
    redis.stop();
    await between.stop();
    await postgres.stop();
    await rm(directory, { recursive: true });
  };
}

/** What was acknowledged can be read from this replica: the tests read what they have just written. */
async function startSynchronousReplica(data, postgres) {
  const replica = await startReplica(data, postgres);
  await run(postgres, `ALTER SYSTEM SET synchronous_standby_names = '*'`);
  await run(postgres, `ALTER SYSTEM SET synchronous_commit = 'remote_apply'`);
  await run(postgres, 'SELECT pg_reload_conf()');
  return replica;
}

async function run(postgres, sql) {
  const client = new pg.Client({ ...postgres, database: 'postgres' });
  await client.connect();
  await client.query(sql);
  await client.end();
}
