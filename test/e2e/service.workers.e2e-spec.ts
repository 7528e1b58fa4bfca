import { availableParallelism } from 'node:os';

import { describe, expect, it } from '@jest/globals';

import { freePort } from '../../src/database/free-port.js';
import { Api, aTicket, count, encode, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect, createStores } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';

describe('WORKERS', () => {
  it('share one port, are replaced when they die, and end together', async () => {
    const service = await Service.start({ environment: { WORKERS: '2' } });
    const api = new Api(service.url);
    // On a connection each, as one to a worker that is killed is cut.
    const aloneIn = { ...encode(aTicket, 'form'), headers: { connection: 'close' } };
    const create = () => api.send('POST', '/ticket', aloneIn);
    const [first = 0, ...others] = service.workers;
    expect(others).toHaveLength(1);
    expect(count(await times(20, create), 201)).toBe(20);

    process.kill(first, 'SIGKILL');
    await eventually(() => Promise.resolve(service.workers.length === 2 && !service.workers.includes(first)));
    expect(count(await times(20, create), 201)).toBe(20);
    expect(await service.stop()).toBe(0);
    expect(service.log).not.toContain('"level":"error"');
  });

  it('are as many as there are cores where 0 is asked for, and end together when a terminal interrupts', async () => {
    const service = await Service.start({ environment: { WORKERS: '0' } });
    expect(service.workers).toHaveLength(availableParallelism());
    expect((await new Api(service.url).createTicket()).status).toBe(201);
    expect(await service.stop('SIGINT')).toBe(0);
  });

  it('serve on where one that has died cannot be replaced, and replace it once it can', async () => {
    const stores = await createStores();
    const postgres = await connect('postgres');
    await postgres.query(`CREATE ROLE ${stores.database} SUPERUSER LOGIN PASSWORD 'right'`);
    const service = await Service.start({
      stores,
      environment: {
        WORKERS: '2',
        // A port that the system chooses is another one once no worker listens.
        PORT: String(await freePort()),
        POSTGRES_USER: stores.database,
        POSTGRES_PASSWORD: 'right',
      },
    });
    await postgres.query(`ALTER ROLE ${stores.database} PASSWORD 'changed'`);
    const [first = 0, survivor = 0] = service.workers;
    process.kill(first, 'SIGKILL');
    await eventually(() => Promise.resolve(service.log.includes('password authentication failed')), 10_000);
    const headers = { connection: 'close' };
    const api = new Api(service.url);
    expect((await api.send('GET', '/health/live', { headers })).status).toBe(200);

    await postgres.query(`ALTER ROLE ${stores.database} PASSWORD 'right'`);
    await postgres.end();
    const serves = () =>
      times(20, () => api.send('GET', '/ticket', { headers })).then(
        (answers) => count(answers, 200) === 20,
        () => false,
      );
    await eventually(async () => service.workers.length === 2 && (await serves()));
    // Who serves then is one that has started since.
    process.kill(survivor, 'SIGKILL');
    await eventually(serves);
    expect(await service.stop()).toBe(0);
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
