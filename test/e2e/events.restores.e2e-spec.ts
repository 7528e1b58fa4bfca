import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { startReplica } from '../../deploy/local/replica.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { createTickets, expectRestart, openStream } from '../support/feed-restart.js';
import { createStores } from '../support/servers.js';
import { secretKey, Service } from '../support/service.js';

const folder = mkdtempSync(join(tmpdir(), 'ticket-restores-'));
const data = join(folder, 'data');

let primary: EmbeddedPostgres;
/** The way of the service to PostgreSQL, which a test leads to another server. */
let proxy: FaultProxy;
let service: Service;
let api: Api;

beforeEach(async () => {
  primary = await startEmbeddedPostgres(data, {});
  proxy = await FaultProxy.to(primary.port);
});

afterEach(async () => {
  await service.stop();
  await proxy.close();
  await primary.stop();
  for (const path of [data, `${data}-copy`, `${data}-replica`])
    rmSync(path, { recursive: true, force: true });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function startService(environment: Record<string, string> = {}): Promise<void> {
  const { redisUrl, database } = await createStores();
  service = await Service.launch({
    ...{ PORT: '0', SECRET_KEY: secretKey, POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: String(proxy.port) },
    ...{ POSTGRES_USER: primary.user, POSTGRES_PASSWORD: primary.password, POSTGRES_DB: 'postgres' },
    ...{ REDIS_URL: redisUrl, REDIS_KEY_PREFIX: `${database}:` },
    ...environment,
  });
  if (!service.url) throw new Error(`The service did not start: ${service.output}`);
  api = new Api(service.url);
}

/** Runs a statement on a server directly; returns its rows. */
async function query(port: number, sql: string): Promise<unknown[]> {
  const { user, password } = primary;
  const client = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'postgres' });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows as unknown[];
}

/** Leads the running service to another server; resolves once it responds from there. */
async function switchTo(port: number): Promise<void> {
  proxy.target = port;
  proxy.reset();
  await eventually(async () => (await api.events('from=now')).status === 200);
}

describe('A consumer whose last event is not in the database any more', () => {
  it('gets 410 after a restore from a copy of the data folder', async () => {
    await startService();
    await createTickets(api, 5, 5);
    await primary.stop();
    // Keeps the owner of the files.
    spawnSync('cp', ['-a', data, `${data}-copy`]);
    spawnSync('cp', ['-a', `${data}.password`, `${data}-copy.password`]);
    primary = await startEmbeddedPostgres(data, {});
    await switchTo(primary.port);
    const cursors = await createTickets(api, 3, 8);
    const stream = await openStream(service.url, cursors.at(-1) ?? '');

    await primary.stop();
    primary = await startEmbeddedPostgres(`${data}-copy`, {});
    await switchTo(primary.port);
    await expectRestart(service.url, cursors.slice(5), cursors.slice(0, 5), stream);
  });

  it('gets 410 after the promotion of a standby that lacks the last 50 events', async () => {
    await startService();
    const kept = await createTickets(api, 5, 5);
    const replication = await FaultProxy.to(primary.port);
    const standby = await startReplica(data, { ...primary, port: replication.port });
    const { port } = standby;
    const isReplayed = async () => (await query(port, 'SELECT 1 FROM event WHERE number = 5')).length === 1;
    await eventually(isReplayed);
    await replication.close();
    const cursors = await createTickets(api, 50, 55);
    const stream = await openStream(service.url, cursors.at(-1) ?? '');

    await query(port, 'SELECT pg_promote()');
    await switchTo(port);
    await expectRestart(service.url, cursors.slice(5), kept, stream);
    await service.stop();
    await standby.stop();
  });
});

describe('A standby that lags', () => {
  it('serves the feed, and returns 410 for no valid cursor', async () => {
    const standby = await startReplica(data, primary);
    await startService(standby.environment);
    const inUse = 'ticket_database_replicas 1';
    await eventually(async () => (await (await fetch(`${service.url}/metrics`)).text()).includes(inUse));
    let isPaused = false;
    for (let n = 0; n < 12; n++) {
      if (n % 4 === 2) {
        await query(
          standby.port,
          isPaused ? 'SELECT pg_wal_replay_resume()' : 'SELECT pg_wal_replay_pause()',
        );
        isPaused = !isPaused;
      }
      const before = (await api.events('from=now')).body.next_cursor;
      await api.createTicket();
      await eventually(async () => (await api.events('from=now')).body.next_cursor !== before);
      const newest = (await api.events('from=now')).body.next_cursor;
      for (const cursor of [before, newest]) expect((await api.events(`after=${cursor}`)).status).toBe(200);
    }
    await service.stop();
    await standby.stop();
  });
});
