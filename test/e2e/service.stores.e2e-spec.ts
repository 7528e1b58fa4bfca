import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { migrate } from '../../src/database/migrate.js';
import { waitForPostgres, type PostgresServer } from '../../src/database/postgres-server.js';
import { startRedis, type FaultyRedis } from '../support/checker/faulty-redis.js';
import { Api, readFromCache } from '../support/api.js';
import { connect, createStores, servers } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';

let redis: FaultyRedis;
let service: Service;
let api: Api;

beforeAll(async () => {
  redis = await startRedis(1);
  await redis.command('ACL', 'SETUSER', 'ticket', 'on', '>swordfish', '~*', '&*', '+@all');
  await redis.command('ACL', 'SETUSER', 'default', '-@all');
  const stores = await createStores();
  await onPostgres(`ALTER DATABASE ${stores.database} SET timezone = 'Asia/Kolkata'`);
  const credentials = { REDIS_USER: 'ticket', REDIS_PASSWORD: 'swordfish' };
  service = await Service.start({ stores, environment: { ...redis.environment(0), ...credentials } });
  api = new Api(service.url);
});

afterAll(async () => {
  await service.stop();
  await redis.stop();
});

async function onPostgres(statement: string): Promise<void> {
  const postgres = await connect('postgres');
  await postgres.query(statement);
  await postgres.end();
}

describe('A Redis with authentication', () => {
  it('is used with REDIS_USER and REDIS_PASSWORD', async () => {
    const { id } = (await api.createTicket()).body;
    expect((await readFromCache(api, id)).status).toBe(200);
  });
});

/** The server of the tests, with a database of this name, as the service describes it. */
function serverWith(database: string): PostgresServer {
  const { host, port, user, password } = servers().postgres;
  return { options: { host, port, username: user, password, database }, stop: () => Promise.resolve() };
}

describe('A database', () => {
  it('with another time zone does not change the times in responses', async () => {
    const { created_at } = (await api.createTicket()).body;
    expect(created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.abs(Date.parse(created_at) - Date.now())).toBeLessThan(5_000);
  });

  it('with an unsupported datestyle is rejected at start with one line', async () => {
    const stores = await createStores();
    await onPostgres(`ALTER DATABASE ${stores.database} SET datestyle = 'German'`);
    const rejected = await Service.launch(environmentOf(stores));
    expect(rejected.process.exitCode).toBe(1);
    expect(rejected.output).toMatch(/^PostgreSQL's datestyle is .+\n$/);
  });

  // These run the first step of a start in the process of the test, because a start takes seconds.
  it.each([
    ['synchronous_commit', (name: string) => `ALTER DATABASE ${name} SET synchronous_commit = off`],
    [
      'default_transaction_isolation',
      (name: string) => `ALTER DATABASE ${name} SET default_transaction_isolation = 'repeatable read'`,
    ],
    [
      'server_encoding',
      (name: string) => `CREATE DATABASE ${name}_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`,
      '_latin',
    ],
  ])('with an unsupported %s is rejected with one line', async (setting, prepare, suffix = '') => {
    const { database } = await createStores();
    await onPostgres(prepare(database));
    const message = new RegExp(`^PostgreSQL's ${setting} is .+$`);
    await expect(migrate(serverWith(database + suffix))).rejects.toThrow(message);
  });
});

describe('A start that must fail', () => {
  it.each([
    ['password', { password: 'wrong' }],
    ['database', { database: 'nowhere' }],
  ])('rejects a wrong %s of PostgreSQL at once with one line', async (_option, wrong) => {
    const { options, stop } = serverWith('postgres');
    const waiting = waitForPostgres({ options: { ...options, ...wrong }, stop });
    await expect(waiting).rejects.toThrow(/^PostgreSQL at \S+: .+$/);
  });
});
