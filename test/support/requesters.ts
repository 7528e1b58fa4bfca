import { afterAll, beforeAll, expect } from '@jest/globals';
import type pg from 'pg';

import { Api, type Fields } from './api.js';
import { eventually } from './eventually.js';
import { connect, createStores } from './servers.js';
import { Service, type ServiceWithStores } from './service.js';
import { token } from './tokens.js';

/** The subject of the tokens of the team. */
export const agent = 'agent-7';

/** The first ids, by table. */
const firstIds = { ticket: 7_100_001, comment: 8_200_001, attachment: 9_300_001 };

/** Returns a token with the scope tickets:own for an address. */
export const requesterToken = (email: string, claims: object = {}) =>
  token({ scope: 'tickets:own', sub: `sub-of-${email.toLowerCase()}`, email, ...claims });

/** An event as the feed and the history show it. */
export interface Change {
  type: string;
  version: number;
  actor: string | null;
  at: string;
  data: Record<string, unknown>;
}

/** A service with authentication for the tests of a file, with clients of the team and of requesters. */
export class Desk {
  service!: ServiceWithStores;
  database!: pg.Client;
  team!: Api;

  /** Starts it in a locale that knows the case of all letters, as most databases have. */
  async start(): Promise<void> {
    const stores = await createStores(`TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'`);
    this.service = await Service.start({ stores, environment: { AUTH_REQUIRED: 'true' } });
    this.database = await connect(stores.database);
    // Ids that no other number in a response looks like.
    for (const [table, first] of Object.entries(firstIds))
      await this.database.query(`ALTER SEQUENCE ${table}_id_seq RESTART ${first}`);
    this.team = await this.client({ sub: agent });
  }

  async stop(): Promise<void> {
    await this.database.end();
    expect(this.service.output).not.toContain('"level":"error"');
    expect(await this.service.stop()).toBe(0);
  }

  /** Returns a client with a token of these claims. */
  async client(claims: Parameters<typeof token>[0]): Promise<Api> {
    return new Api(this.service.url, await token(claims));
  }

  /** Returns a client of a requester. */
  async requester(email: string, claims: object = {}): Promise<Api> {
    return new Api(this.service.url, await requesterToken(email, claims));
  }

  /** Creates a ticket; returns its id. */
  async create(api: Api, email: string, fields: Fields = {}): Promise<number> {
    const { body } = await api.createTicket({ theme: 'Invoice', text: 'Twice.', email, ...fields });
    return body.id;
  }

  async history(api: Api, id: number, query = '') {
    const path = `/ticket/${id}/history${query}`;
    return (await api.send<{ items: Change[]; next_cursor: string | null }>('GET', path)).body;
  }

  /** Returns the cursor after all events, once they are numbered. */
  async newestCursor(): Promise<string> {
    const unnumbered = 'SELECT 1 FROM event WHERE number IS NULL LIMIT 1';
    await eventually(async () => (await this.database.query(unnumbered)).rowCount === 0);
    return (await this.team.events('from=now')).body.next_cursor;
  }
}

/** Starts a desk before the tests of a file and stops it after them. */
function sharedDesk(): Desk {
  const desk = new Desk();
  beforeAll(() => desk.start());
  afterAll(() => desk.stop());
  return desk;
}

/** Starts a desk like `sharedDesk`; returns it with clients of the team and of two requesters. */
export async function sharedDeskOfTwo(adaAddress = 'ada@example.com') {
  const desk = sharedDesk();
  const client = async (value: Promise<string>) => new Api(() => desk.service.url, await value);
  return {
    desk,
    team: await client(token({ sub: agent })),
    ada: await client(requesterToken(adaAddress)),
    bob: await client(requesterToken('bob@example.com')),
  };
}
