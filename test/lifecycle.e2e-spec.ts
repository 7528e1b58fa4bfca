import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { Api, aTicket, count, times } from './support/api.js';
import { eventually } from './support/eventually.js';
import { connect, createStores, lockTicket, waitingForLock } from './support/servers.js';
import { environmentOf, Service } from './support/service.js';

describe('Health', () => {
  it('is alive and ready', async () => {
    const service = await Service.start();
    const api = new Api(service.url);
    expect((await api.send('GET', '/health/live')).body).toEqual({ status: 'ok' });
    expect(await api.send('GET', '/health/ready')).toMatchObject({
      status: 200,
      body: {
        status: 'ok',
        details: { postgres: { status: 'up' }, cache: { status: 'up', store: 'redis' } },
      },
    });
    await service.stop();
  });
});

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

describe('WORKERS', () => {
  /** The processes of a service that has several. */
  const workersOf = ({ process: { pid = 0 } }: Service) =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);

  it('share one port, are replaced when they die, and end together', async () => {
    const service = await Service.start({ environment: { WORKERS: '2' } });
    const api = new Api(service.url);
    const [first = 0, ...others] = workersOf(service);
    expect(others).toHaveLength(1);
    expect(count(await times(20, () => api.createTicket()), 201)).toBe(20);

    process.kill(first, 'SIGKILL');
    await eventually(() =>
      Promise.resolve(workersOf(service).length === 2 && !workersOf(service).includes(first)),
    );
    expect(count(await times(20, () => api.createTicket()), 201)).toBe(20);
    expect(await service.stop()).toBe(0);
    expect(service.log).not.toContain('"level":"error"');
  });

  it('need servers that they can share', async () => {
    const service = await Service.launch({ PORT: '0', WORKERS: '2' });
    expect(service.process.exitCode).toBe(1);
    expect(service.log).toMatch(/^WORKERS .+\n$/);
  });

  it('that cannot start end the service, in a line', async () => {
    const stores = await createStores();
    const service = await Service.launch({
      ...environmentOf(stores),
      WORKERS: '2',
      POSTGRES_PASSWORD: 'wrong',
    });
    expect(service.process.exitCode).toBe(1);
    expect(service.log).toMatch(/^PostgreSQL .+\n/);
  });
});

describe('A start that cannot succeed', () => {
  it.each([
    ['PORT', { PORT: 'eighty' }],
    ['SECRET_KEY', { SECRET_KEY: 'change-me' }],
    ['SECRET_KEY', { SECRET_KEY: '' }],
    ['REDIS_URL', { REDIS_URL: '' }],
    ['POSTGRES_PASSWORD', { POSTGRES_PASSWORD: '' }],
    ['PostgreSQL', { POSTGRES_PASSWORD: 'wrong' }],
    ['PostgreSQL', { POSTGRES_DB: 'nowhere' }],
  ])('says in one line what is wrong with %s: %j', async (name, environment) => {
    const stores = await createStores();
    const service = await Service.launch({ ...environmentOf(stores), ...environment });
    expect(service.process.exitCode).toBe(1);
    expect(service.log).toMatch(new RegExp(`^${name}.+\n$`));
  });

  it('says in one line that the port is taken', async () => {
    const service = await Service.start();
    const { port } = new URL(service.url);
    const second = await Service.launch({ ...environmentOf(service.stores), PORT: port });
    expect(second.process.exitCode).toBe(1);
    expect(second.log).toMatch(/^.*EADDRINUSE.*\n$/);
    await service.stop();
  });
});

describe('The embedded default', () => {
  it('needs no server, and keeps its tickets over a restart', async () => {
    const first = await Service.launch({ PORT: '0' });
    const api = new Api(first.url);
    const { id } = (await api.createTicket()).body;
    await api.ticket(id);
    expect((await api.ticket(id)).headers.get('x-cache')).toBe('HIT');
    expect(await first.stop()).toBe(0);

    const second = await Service.launch({ PORT: '0' }, first.folder);
    expect((await new Api(second.url).ticket(id)).body).toMatchObject(aTicket);
    await second.stop();
  });

  it('goes on with the PostgreSQL that a killed service left behind', async () => {
    const killed = await Service.launch({ PORT: '0' });
    const { id } = (await new Api(killed.url).createTicket()).body;
    await killed.stop('SIGKILL');

    const next = await Service.launch({ PORT: '0' }, killed.folder);
    expect((await new Api(next.url).ticket(id)).status).toBe(200);
    expect(await next.stop()).toBe(0);
    // It has been ended with the service that took it over.
    expect(existsSync(join(killed.folder, '.data/postgres/postmaster.pid'))).toBe(false);
  });
});

/** Whether nobody takes connections there any more. */
async function refuses(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}
