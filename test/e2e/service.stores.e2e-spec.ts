import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startRedis, type FaultyRedis } from '../support/checker/faulty-redis.js';
import { Api, readFromCache } from '../support/api.js';
import { connect, createStores } from '../support/servers.js';
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

describe('A database', () => {
  it('with another time zone does not change the times in responses', async () => {
    const { created_at } = (await api.createTicket()).body;
    expect(created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.abs(Date.parse(created_at) - Date.now())).toBeLessThan(5_000);
  });

  it.each([
    ['datestyle', (name: string) => `ALTER DATABASE ${name} SET datestyle = 'German'`],
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
  ])('with an unsupported %s is rejected at start with one line', async (setting, prepare, suffix = '') => {
    const { database, ...others } = await createStores();
    await onPostgres(prepare(database));
    const rejected = await Service.launch(environmentOf({ database: database + suffix, ...others }));
    expect(rejected.process.exitCode).toBe(1);
    expect(rejected.output).toMatch(new RegExp(`^PostgreSQL's ${setting} is .+\n$`));
  });
});
