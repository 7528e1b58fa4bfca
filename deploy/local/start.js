import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../../dist/src/database/free-port.js';
import { startEmbeddedPostgres } from '../../dist/src/database/embedded-postgres.js';
import { startPgbouncer } from './pgbouncer.js';
import { startRedisCluster } from './redis-cluster.js';
import { startReplica } from './replica.js';

/**
 * Starts PostgreSQL, what is named besides, and replicas of the service on all of it, until it is interrupted:
 *   npm run start:local -- replica pooler cluster
 */
const replicas = 3;
const data = join(mkdtempSync(join(tmpdir(), 'ticket-local-')), 'postgres');
const { stop, ...postgres } = await startEmbeddedPostgres(data, { max_connections: '200' });
const besides = {
  replica: () => startReplica(data, postgres),
  pooler: () => startPgbouncer(postgres),
  cluster: () => startRedisCluster(),
};

const environment = {
  SECRET_KEY: 'a key for this machine alone, not for others',
  POSTGRES_HOST: postgres.host,
  POSTGRES_PORT: String(postgres.port),
  POSTGRES_USER: postgres.user,
  POSTGRES_PASSWORD: postgres.password,
  POSTGRES_DB: 'postgres',
};
const started = [{ stop }];
for (const name of process.argv.slice(2)) {
  const server = await besides[name]();
  Object.assign(environment, server.environment);
  started.push(server);
}
for (const [name, value] of Object.entries(environment)) console.log(`${name}=${value}`);

const services = [];
for (let n = 0; n < replicas; n++) {
  const PORT = String(await freePort());
  const env = { ...process.env, ...environment, PORT };
  // A terminal interrupts all that it has started, but these are told to end below.
  const options = { env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] };
  services.push(spawn(process.execPath, ['dist/src/main.js'], options));
}
process.once('SIGINT', async () => {
  await Promise.all(services.map((service) => new Promise((ended) => service.once('exit', ended).kill())));
  for (const server of started.reverse()) await server.stop();
});
