import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect as connectTo, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { Api, aTicket, count, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { connect, createStores, servers } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';
import { lockTicket, waitForBlockedSessions } from '../support/transactions.js';

describe('On SIGTERM the service', () => {
  it('completes requests in progress, rejects new connections, and exits with 0', async () => {
    const service = await Service.start();
    const api = new Api(service.url);
    const { id } = (await api.createTicket()).body;
    // The lock delays the comments until the service has received the signal.
    const unlock = await lockTicket(service.stores.database, id);
    const comments = times(5, () => api.comment(id));
    await waitForBlockedSessions(service.stores.database, 1);

    const exit = service.stop();
    await eventually(() => rejectsConnections(service.url));
    await unlock();

    expect(count(await comments, 201)).toBe(5);
    expect(await exit).toBe(0);
    const database = await connect(service.stores.database);
    const { rows } = await database.query('SELECT comment_count FROM ticket WHERE id = $1', [id]);
    expect(rows).toEqual([{ comment_count: 5 }]);
    await database.end();
  });

  it('exits with 0 immediately if no request is in progress', async () => {
    const service = await Service.start();
    await new Api(service.url).createTicket();
    const begin = Date.now();
    expect(await service.stop()).toBe(0);
    expect(Date.now() - begin).toBeLessThan(1_000);
  });

  it('does not wait for connections that have sent nothing', async () => {
    const service = await Service.start();
    const { hostname, port } = new URL(service.url);
    const idle = connectTo(Number(port), hostname);
    await once(idle, 'connect');
    const begin = Date.now();
    expect(await service.stop()).toBe(0);
    expect(Date.now() - begin).toBeLessThan(3_000);
  });

  it('exits immediately on a second signal of any kind', async () => {
    const service = await Service.start({ environment: { SHUTDOWN_DELAY: '20' } });
    const exit = service.stop('SIGINT');
    await eventually(async () => (await new Api(service.url).send('GET', '/health/ready')).status === 503);
    service.process.kill('SIGTERM');
    expect(await exit).toBe('SIGTERM');
    expect(service.output).not.toContain('"level":"error"');
  });
});

describe('Four replicas', () => {
  it('start together on an empty database', async () => {
    const stores = await createStores();
    const services = await times(4, () => Service.start({ stores }));
    const tickets = await Promise.all(services.map(({ url }) => new Api(url).createTicket()));
    expect(count(tickets, 201)).toBe(4);
    await Promise.all(services.map((service) => service.stop()));
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

  it('waits until PostgreSQL accepts connections', async () => {
    const stores = await createStores();
    const proxy = await FaultProxy.to(servers().postgres.port);
    await proxy.close();
    const service = Service.spawn({ ...environmentOf(stores), POSTGRES_PORT: String(proxy.port) });
    await eventually(() => service.output.includes('trying again'));
    await proxy.open();
    await eventually(() => service.url !== '');
    expect((await new Api(service.url).createTicket()).status).toBe(201);
    await service.stop();
    await proxy.close();
  });
});

describe('A start that must fail', () => {
  it.each([
    ['password', { POSTGRES_PASSWORD: 'wrong' }],
    ['database', { POSTGRES_DB: 'nowhere' }],
  ])('reports a wrong %s of PostgreSQL in one line', async (_variable, environment) => {
    const stores = await createStores();
    const service = await Service.launch({ ...environmentOf(stores), ...environment });
    expect(service.process.exitCode).toBe(1);
    expect(service.output).toMatch(/^PostgreSQL .+\n$/);
  });

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

describe('The embedded PostgreSQL', () => {
  it('needs no other server and keeps tickets over a restart', async () => {
    const first = await Service.launch({ PORT: '0' });
    const api = new Api(first.url);
    const { id } = (await api.createTicket()).body;
    await api.ticket(id);
    expect((await api.ticket(id)).headers.get('x-cache')).toBe('HIT');
    expect((await api.send('GET', '/health/ready')).body).toMatchObject({
      details: { cache: { store: 'process' } },
    });
    await api.updateStatus(id, 'answered');
    expect((await api.ticket(id)).body.status).toBe('answered');
    expect(await first.stop()).toBe(0);

    const second = await Service.launch({ PORT: '0' }, first.cwd);
    expect((await new Api(second.url).ticket(id)).body).toMatchObject({ ...aTicket, status: 'answered' });
    await second.stop();
  });

  it('starts after a kill even if another process has its former process id', async () => {
    const killed = await Service.launch({ PORT: '0' });
    const { id } = (await new Api(killed.url).createTicket()).body;
    const file = join(killed.cwd, '.data/postgres/postmaster.pid');
    const [pid = '', ...lines] = readFileSync(file, 'utf8').split('\n');
    await killed.stop('SIGKILL');
    process.kill(Number(pid), 'SIGKILL');
    writeFileSync(file, [process.pid, ...lines].join('\n'));

    const restarted = await Service.launch({ PORT: '0' }, killed.cwd);
    expect((await new Api(restarted.url).ticket(id)).status).toBe(200);
    expect(await restarted.stop()).toBe(0);
  });

  it('of a killed service is used and stopped by the next service', async () => {
    const killed = await Service.launch({ PORT: '0' });
    const { id } = (await new Api(killed.url).createTicket()).body;
    await killed.stop('SIGKILL');

    const restarted = await Service.launch({ PORT: '0' }, killed.cwd);
    expect((await new Api(restarted.url).ticket(id)).status).toBe(200);
    expect(await restarted.stop()).toBe(0);
    await eventually(() => Promise.resolve(!existsSync(join(killed.cwd, '.data/postgres/postmaster.pid'))));
  });
});

/** Tests if connections to this URL fail. */
async function rejectsConnections(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}
