import { afterAll, beforeAll, expect } from '@jest/globals';

import { Api } from './api.js';
import { connect } from './servers.js';
import { Service, type ServiceOnStores } from './service.js';

/** A service for all the tests of a file: started before them, stopped after them. */
export function oneService() {
  let service: ServiceOnStores;
  beforeAll(async () => {
    service = await Service.start();
  });
  afterAll(async () => {
    // Whatever it was asked, it is still there to be ended.
    expect(await service.stop()).toBe(0);
  });
  return { api: new Api(() => service.url), service: () => service };
}

/**
 * The same for tests of what is refused: in the end no ticket may be there but one to refuse things of, and those whose
 * theme is `kept`, and nothing may have surprised the service.
 */
export function oneServiceThatRefuses() {
  const { api, service } = oneService();
  let id: number;
  beforeAll(async () => {
    id = (await api.createTicket()).body.id;
  });
  afterAll(async () => {
    const database = await connect(service().stores.database);
    const { rows } = await database.query("SELECT id FROM ticket WHERE theme <> 'kept' AND id <> $1", [id]);
    await database.end();
    expect(rows).toEqual([]);
    expect(service().log).not.toContain('"level":"error"');
  });
  return { api, service, id: () => id };
}
