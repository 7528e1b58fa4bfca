import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startEmbeddedPostgres } from '../../dist/src/database/embedded-postgres.js';
import { freePort } from '../../dist/src/database/free-port.js';
import { startPgbouncer } from './pgbouncer.js';
import { RedisServer } from './redis-server.js';
import { startReplica } from './replica.js';

/**
 * Runs three replicas of the service on PostgreSQL with a streaming replica, pgbouncer and Redis, until it is interrupted:
 *   npm run start:local
 */
const replicas = 3;
const data = join(mkdtempSync(join(tmpdir(), 'ticket-local-')), 'postgres');
const postgres = await startEmbeddedPostgres(data, { max_connections: '200' });
const replica = await startReplica(data, postgres);
const pgbouncer = await startPgbouncer(postgres);
const redis = new RedisServer(await freePort());
await redis.launch();

const environment = {
  SECRET_KEY: 'a key for this machine only, not for production',
  POSTGRES_HOST: postgres.host,
  POSTGRES_USER: postgres.user,
  POSTGRES_PASSWORD: postgres.password,
  POSTGRES_DB: 'postgres',
  REDIS_URL: `redis://127.0.0.1:${redis.port}`,
  ...replica.environment,
  ...pgbouncer.environment,
};
for (const [name, value] of Object.entries(environment)) console.log(`${name}=${value}`);

const services = [];
for (let n = 0; n < replicas; n++) {
  const PORT = String(await freePort());
  const env = { ...process.env, ...environment, PORT };
  // Detached, because a terminal interrupts the whole process group, and the services must stop before their servers.
  const options = { env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] };
  services.push(spawn(process.execPath, ['dist/src/main.js'], options));
}
process.once('SIGINT', async () => {
  await Promise.all(services.map((service) => new Promise((ended) => service.once('exit', ended).kill())));
  await redis.kill();
  pgbouncer.stop();
  await replica.stop();
  await postgres.stop();
});
