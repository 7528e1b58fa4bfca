import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

// Jest does not transform this file, so it imports the compiled sources.
import { startEmbeddedPostgres } from '../../dist/src/database/embedded-postgres.js';
import { migrate } from '../../dist/src/database/migrate.js';
import { startPgbouncer } from '../../deploy/local/pgbouncer.js';
import { startReplica } from '../../deploy/local/replica.js';
import { startRedis } from './redis.js';

/** Servers that TEST_TOPOLOGY adds. */
const topologies = {
  plain: [],
  pooler: [(_data, postgres) => startPgbouncer(postgres)],
  replica: [startSynchronousReplica],
  all: [startSynchronousReplica, (_data, postgres) => startPgbouncer(postgres)],
};

/** Starts the PostgreSQL and the Redis that all tests of a run share, and passes their addresses in TEST_SERVERS. */
export default async function startServers() {
  const directory = await mkdtemp(join(tmpdir(), 'ticket-system-'));
  const { TEST_TOPOLOGY = 'plain' } = process.env;
  const data = join(directory, 'postgres');
  // Tests that kill PostgreSQL start their own, with fsync on.
  const [postgres, redis] = await Promise.all([
    startEmbeddedPostgres(data, { max_connections: '200', max_prepared_transactions: '10', fsync: 'off' }),
    startRedis(),
  ]);
  const { host, port, user, password } = postgres;
  // Numbers the databases of test files that run in parallel.
  await run({ host, port, user, password }, 'CREATE SEQUENCE test_number');
  // The databases of the tests are copies of this one. Another build migrates them itself.
  await run({ host, port, user, password }, 'CREATE DATABASE migrated');
  if (process.env.SERVICE_BUILD === undefined)
    await migrate({ options: { host, port, username: user, password, database: 'migrated' } });
  const added = [];
  for (const start of topologies[TEST_TOPOLOGY])
    added.push(await start(data, { host, port, user, password }));
  process.env.TEST_SERVERS = JSON.stringify({
    postgres: { host, port, user, password },
    redisUrl: redis.url,
    redisDatabases: redis.databases,
    environment: Object.assign({}, ...added.map(({ environment }) => environment)),
  });
  globalThis.stopServers = async () => {
    await redis.stop();
    for (const { stop } of added.reverse()) await stop();
    await postgres.stop();
    await rm(directory, { recursive: true });
  };
}

/** Starts a synchronous replica, because the tests read their writes immediately. */
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
