import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

// Jest loads this file as it stands, so it takes the compiled source.
import { startEmbeddedPostgres } from '../../dist/src/database/embedded-postgres.js';
import { startPgbouncer } from '../../deploy/local/pgbouncer.js';
import { startRedisCluster } from '../../deploy/local/redis-cluster.js';
import { startReplica } from '../../deploy/local/replica.js';
import { startRedis } from './redis.js';

/** What the services are put on besides, where `npm run check:pooler`, `check:replica` or `check:cluster` says so. */
const topologies = {
  plain: [],
  pooler: [(_data, postgres) => startPgbouncer(postgres)],
  replica: [startSynchronousReplica],
  cluster: [() => startRedisCluster()],
  all: [startSynchronousReplica, (_data, postgres) => startPgbouncer(postgres), () => startRedisCluster()],
};

/** Starts the real PostgreSQL and the real Redis that all tests of a run share, and says where they are. */
export default async function startServers() {
  const directory = await mkdtemp(join(tmpdir(), 'ticket-system-'));
  const { TEST_TOPOLOGY = 'plain' } = process.env;
  const data = join(directory, 'postgres');
  // Whatever kills PostgreSQL, or its machine, has one of its own, with all its durability.
  const [postgres, redis] = await Promise.all([
    startEmbeddedPostgres(data, { max_connections: '200', fsync: 'off' }),
    startRedis(),
  ]);
  const { host, port, user, password } = postgres;
  // Files of tests that run at once take their stores by number.
  await run({ host, port, user, password }, 'CREATE SEQUENCE test_number');
  const besides = [];
  for (const start of topologies[TEST_TOPOLOGY])
    besides.push(await start(data, { host, port, user, password }));
  process.env.TEST_SERVERS = JSON.stringify({
    postgres: { host, port, user, password },
    redisUrl: redis.url,
    redisDatabases: redis.databases,
    environment: Object.assign({}, ...besides.map(({ environment }) => environment)),
  });
  globalThis.stopServers = async () => {
    await redis.stop();
    for (const { stop } of besides.reverse()) await stop();
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
