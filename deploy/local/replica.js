import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import pg from 'pg';

import { startEmbeddedPostgres } from '../../dist/src/database/embedded-postgres.js';

/**
 * Starts a streaming replica of an embedded PostgreSQL. Does the work of pg_basebackup, which the embedded binaries lack.
 * @param {string} data data directory of the primary; the replica's is beside it
 * @param {{ host: string, port: number, user: string, password: string }} primary
 * @see https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
export async function startReplica(data, { host, port, user, password }) {
  const copy = `${data}-replica`;
  const client = new pg.Client({ host, port, user, password, database: 'postgres' });
  await client.connect();
  await client.query(`SELECT pg_backup_start('replica', true)`);
  // The replica requests the log from the start of the copy, with all changes that were made during it.
  spawnSync('cp', ['-a', data, copy], { stdio: 'inherit' });
  const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop(false)');
  await client.end();
  rmSync(join(copy, 'postmaster.pid'), { force: true });
  const own = { mode: 0o644 };
  writeFileSync(join(copy, 'backup_label'), rows[0].labelfile, own);
  writeFileSync(join(copy, 'standby.signal'), '', own);
  copyFileSync(`${data}.password`, `${copy}.password`);
  const primary_conninfo = `host=${host} port=${port} user=${user} password=${password}`;
  // At least what any primary here has, or recovery ends: these are not copied with the data.
  const atLeastOfPrimary = { max_connections: '200', max_prepared_transactions: '10' };
  const server = await startEmbeddedPostgres(copy, { ...atLeastOfPrimary, primary_conninfo });
  const environment = { POSTGRES_REPLICA_HOSTS: `${server.host}:${server.port}` };
  return { environment, port: server.port, stop: server.stop };
}
