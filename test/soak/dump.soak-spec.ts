import { describe, it } from '@jest/globals';

import { Api } from '../support/api.js';
import { DebianPostgres, runPostgresCommand } from '../support/debian-postgres.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { createTickets, expectRestart, openStream } from '../support/feed-restart.js';
import { createStores } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';

describe('A consumer of a database that was restored from pg_dump into a new server', () => {
  it('gets 410 for a cursor that the dump lacks, and continues from one that it has', async () => {
    const old = await DebianPostgres.start();
    const proxy = await FaultProxy.to(old.port);
    const service = await Service.launch({
      ...environmentOf(await createStores()),
      ...{ POSTGRES_PORT: String(proxy.port), POSTGRES_USER: 'postgres', POSTGRES_DB: 'postgres' },
    });
    const api = new Api(service.url);
    await createTickets(api, 5, 5);
    const dump = old.path('dump');
    runPostgresCommand('pg_dump', ...old.connection, '-Fc', '-f', dump, 'postgres');
    const cursors = await createTickets(api, 3, 8);
    const stream = await openStream(service.url, cursors.at(-1) ?? '');

    const restored = await DebianPostgres.start();
    runPostgresCommand('pg_restore', ...restored.connection, '--exit-on-error', '-d', 'postgres', dump);
    proxy.target = restored.port;
    proxy.reset();
    await eventually(async () => (await api.events('from=now')).status === 200);
    await expectRestart(service.url, cursors.slice(5), cursors.slice(0, 5), stream);
    await service.stop();
    await proxy.close();
    old.stop();
    restored.stop();
  });
});
