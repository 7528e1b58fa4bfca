import { join } from 'node:path';

import { afterAll, beforeAll, expect } from '@jest/globals';

import { Api } from './api.js';
import { connect } from './servers.js';
import { Service, type ServiceWithStores } from './service.js';

/** Starts one service before the tests of a file and stops it after them. */
export function sharedService() {
  let service: ServiceWithStores;
  beforeAll(async () => {
    service = await Service.start();
  });
  afterAll(async () => {
    // The service survived every request of the tests and shuts down cleanly.
    expect(await service.stop()).toBe(0);
  });
  return { api: new Api(() => service.url), service: () => service };
}

/**
 * Starts two replicas of the service, on the same stores, before the tests of a file and stops them after the tests. A check in
 * the memory of one process would pass with one replica and fail with two. They share the folder of attachments.
 */
export function sharedReplicas() {
  let replicas: [ServiceWithStores, ServiceWithStores];
  beforeAll(async () => {
    const first = await Service.start();
    const environment = { ATTACHMENTS_DIR: join(first.cwd, '.data/attachments') };
    replicas = [first, await Service.start({ stores: first.stores, environment })];
  });
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
  });
  const apis = [new Api(() => replicas[0].url), new Api(() => replicas[1].url)] as const;
  return {
    /** Returns the client of the replica with this number, modulo two. */
    replica: (n: number) => (n % 2 === 0 ? apis[0] : apis[1]),
    /** Returns the stores of both. */
    stores: () => replicas[0].stores,
  };
}

/**
 * Starts a shared service for tests of invalid requests. After the tests the database may contain only the target ticket of
 * the requests and tickets with the theme `kept`, and the log no error.
 */
export function sharedServiceRejectingWrites() {
  const { api, service } = sharedService();
  let id: number;
  beforeAll(async () => {
    id = (await api.createTicket()).body.id;
  });
  afterAll(async () => {
    const database = await connect(service().stores.database);
    const { rows } = await database.query("SELECT id FROM ticket WHERE theme <> 'kept' AND id <> $1", [id]);
    await database.end();
    expect(rows).toEqual([]);
    expect(service().output).not.toContain('"level":"error"');
  });
  return { api, service, id: () => id };
}
