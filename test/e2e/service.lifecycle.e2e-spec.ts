import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect as connectTo, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { Api, count, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { connect, createStores, empty, servers } from '../support/servers.js';
import { environmentOf, Service, type ServiceWithStores } from '../support/service.js';
import { lockTicket, waitForBlockedSessions } from '../support/transactions.js';

/** The tests of one service after the other stop these. */
let services: ServiceWithStores[];

describe('Two replicas', () => {
  it('start together on an empty database', async () => {
    const stores = await createStores(empty);
    const environment = { SHUTDOWN_DELAY: '20' };
    services = await Promise.all([Service.start({ stores }), Service.start({ stores, environment })]);
    const tickets = await Promise.all(services.map(({ url }) => new Api(url).createTicket()));
    expect(count(tickets, 201)).toBe(2);
  });
});

describe('On SIGTERM the service', () => {
  it('completes requests in progress, rejects new connections, waits for none that has sent nothing, and exits with 0', async () => {
    const [service] = services as [ServiceWithStores];
    const api = new Api(service.url);
    const { hostname, port } = new URL(service.url);
    const idle = connectTo(Number(port), hostname);
    await once(idle, 'connect');
    const { id } = (await api.createTicket()).body;
    // The lock delays the comments until the service has received the signal.
    const unlock = await lockTicket(service.stores.database, id);
    const comments = times(5, () => api.comment(id));
    await waitForBlockedSessions(service.stores.database, 1);

    const exit = service.stop();
    await eventually(() => rejectsConnections(service.url));
    await unlock();

    expect(count(await comments, 201)).toBe(5);
    const begin = Date.now();
    expect(await exit).toBe(0);
    expect(Date.now() - begin).toBeLessThan(3_000);
    const database = await connect(service.stores.database);
    const { rows } = await database.query('SELECT comment_count FROM ticket WHERE id = $1', [id]);
    expect(rows).toEqual([{ comment_count: 5 }]);
    await database.end();
  });

  it('exits immediately on a second signal of any kind', async () => {
    const [, service] = services as [ServiceWithStores, ServiceWithStores];
    const exit = service.stop('SIGINT');
    await eventually(async () => (await new Api(service.url).send('GET', '/health/ready')).status === 503);
    service.process.kill('SIGTERM');
    // As a shell reports a process that SIGTERM has ended.
    expect(await exit).toBe(143);
    expect(service.output).not.toContain('"level":"error"');
  });
});

describe('At start the service', () => {
  it('reads variables that are not set from .env in its working directory', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'ticket-env-'));
    writeFileSync(join(cwd, '.env'), 'PORT=eighty\n');
    const service = await Service.launch({}, cwd);
    expect(service.process.exitCode).toBe(1);
    expect(service.output).toMatch(/^PORT .+\n$/);
  });

  it('waits until the PostgreSQL of DATABASE_URL accepts connections', async () => {
    const stores = await createStores();
    const proxy = await FaultProxy.to(servers().postgres.port);
    await proxy.close();
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB, ...others } = environmentOf(stores);
    const environment = Object.entries(others).filter(([name]) => !/^POSTGRES_(HOST|PORT)$/.test(name));
    const DATABASE_URL = `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@localhost:${proxy.port}/${POSTGRES_DB}`;
    const service = Service.spawn({ ...Object.fromEntries(environment), DATABASE_URL });
    await eventually(() => service.output.includes('trying again'));
    await proxy.open();
    await eventually(() => service.url !== '');
    expect((await new Api(service.url).createTicket()).status).toBe(201);
    await service.stop();
    await proxy.close();
  });
});

describe('A start that must fail', () => {
  it('reports a port in use in one line', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const service = await Service.launch({ ...environmentOf(await createStores()), PORT: String(port) });
    expect(service.process.exitCode).toBe(1);
    expect(service.output).toMatch(/^.*EADDRINUSE.*\n$/);
    other.close();
  });
});

/** Tests if connections to this URL fail. */
async function rejectsConnections(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}
