import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect as connectTo, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { Api, aTicket, count, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { connect, createStores, lockTicket, servers, waitingForLock } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';

describe('On SIGTERM the service', () => {
  it('answers what is under way, takes nothing new, and exits with 0', async () => {
    const service = await Service.start();
    const api = new Api(service.url);
    const { id } = (await api.createTicket()).body;
    // A lock holds the comments up until the service has been told to end.
    const unlock = await lockTicket(service.stores.database, id);
    const comments = times(5, () => api.comment(id));
    await waitingForLock(service.stores.database, 5);

    const exit = service.stop();
    await eventually(() => refuses(service.url));
    await unlock();

    expect(count(await comments, 201)).toBe(5);
    expect(await exit).toBe(0);
    const database = await connect(service.stores.database);
    const { rows } = await database.query('SELECT comment_count FROM ticket WHERE id = $1', [id]);
    expect(rows).toEqual([{ comment_count: 5 }]);
    await database.end();
  });

  it('exits with 0 at once when nothing is under way', async () => {
    const service = await Service.start();
    await new Api(service.url).createTicket();
    const begin = Date.now();
    expect(await service.stop()).toBe(0);
    expect(Date.now() - begin).toBeLessThan(1_000);
  });

  it('waits no longer than a moment for who has connected and sent nothing', async () => {
    const service = await Service.start();
    const { hostname, port } = new URL(service.url);
    const silent = connectTo(Number(port), hostname);
    await once(silent, 'connect');
    const begin = Date.now();
    expect(await service.stop()).toBe(0);
    expect(Date.now() - begin).toBeLessThan(3_000);
  });

  it('ends at once where another signal follows, of whatever kind', async () => {
    const service = await Service.start({ environment: { SHUTDOWN_DELAY: '20' } });
    const exit = service.stop('SIGINT');
    await eventually(async () => (await new Api(service.url).send('GET', '/health/ready')).status === 503);
    service.process.kill('SIGTERM');
    expect(await exit).toBe('SIGTERM');
    expect(service.log).not.toContain('"level":"error"');
  });
});

describe('Replicas', () => {
  it('can start together on an empty database', async () => {
    const stores = await createStores();
    const services = await times(4, () => Service.start({ stores }));
    const tickets = await Promise.all(services.map(({ url }) => new Api(url).createTicket()));
    expect(count(tickets, 201)).toBe(4);
    await Promise.all(services.map((service) => service.stop()));
  });
});

describe('A start', () => {
  it('takes what the environment lacks from a file .env in the folder it happens in', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-env-'));
    writeFileSync(join(folder, '.env'), 'PORT=eighty\n');
    const service = await Service.launch({}, folder);
    expect(service.process.exitCode).toBe(1);
    expect(service.log).toMatch(/^PORT .+\n$/);
  });

  it('waits for a PostgreSQL that is not there yet', async () => {
    const stores = await createStores();
    const gate = await FaultProxy.to(servers().postgres.port);
    await gate.close();
    const service = Service.spawn({ ...environmentOf(stores), POSTGRES_PORT: String(gate.port) });
    await eventually(() => Promise.resolve(service.log.includes('trying again')), 10_000);
    await gate.open();
    await eventually(() => Promise.resolve(service.url !== ''), 10_000);
    expect((await new Api(service.url).createTicket()).status).toBe(201);
    await service.stop();
    await gate.close();
  });
});

describe('A start that cannot succeed', () => {
  it.each([
    ['password', { POSTGRES_PASSWORD: 'wrong' }],
    ['database', { POSTGRES_DB: 'nowhere' }],
  ])('says in one line that PostgreSQL does not know the %s', async (_what, environment) => {
    const stores = await createStores();
    const service = await Service.launch({ ...environmentOf(stores), ...environment });
    expect(service.process.exitCode).toBe(1);
    expect(service.log).toMatch(/^PostgreSQL .+\n$/);
  });

  it('says in one line that the port is taken', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const service = await Service.launch({ ...environmentOf(await createStores()), PORT: String(port) });
    expect(service.process.exitCode).toBe(1);
    expect(service.log).toMatch(/^.*EADDRINUSE.*\n$/);
    other.close();
  });
});

describe('The embedded default', () => {
  it('needs no server, and keeps its tickets over a restart', async () => {
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

    const second = await Service.launch({ PORT: '0' }, first.folder);
    expect((await new Api(second.url).ticket(id)).body).toMatchObject({ ...aTicket, status: 'answered' });
    await second.stop();
  });

  it('starts though its PostgreSQL was killed, and another process has the number that it had', async () => {
    const killed = await Service.launch({ PORT: '0' });
    const { id } = (await new Api(killed.url).createTicket()).body;
    const file = join(killed.folder, '.data/postgres/postmaster.pid');
    const [pid = '', ...lines] = readFileSync(file, 'utf8').split('\n');
    await killed.stop('SIGKILL');
    process.kill(Number(pid), 'SIGKILL');
    writeFileSync(file, [process.pid, ...lines].join('\n'));

    const next = await Service.launch({ PORT: '0' }, killed.folder);
    expect((await new Api(next.url).ticket(id)).status).toBe(200);
    expect(await next.stop()).toBe(0);
  });

  it('goes on with the PostgreSQL that a killed service left behind', async () => {
    const killed = await Service.launch({ PORT: '0' });
    const { id } = (await new Api(killed.url).createTicket()).body;
    await killed.stop('SIGKILL');

    const next = await Service.launch({ PORT: '0' }, killed.folder);
    expect((await new Api(next.url).ticket(id)).status).toBe(200);
    expect(await next.stop()).toBe(0);
    // It has been ended with the service that took it over.
    await eventually(() =>
      Promise.resolve(!existsSync(join(killed.folder, '.data/postgres/postmaster.pid'))),
    );
  });
});

/** Whether nobody takes connections there any more. */
async function refuses(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}
