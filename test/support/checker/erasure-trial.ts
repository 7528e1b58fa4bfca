/*
 * Proves that an erasure is complete although its process is killed again and again, while writers write to the same tickets: nothing
 * of the address or of the texts is left in a table or in Redis, and every ticket has exactly one event of it.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { createClient } from '@redis/client';

import { Api, json } from '../api.js';
import { eventually } from '../eventually.js';
import { connect, type Stores } from '../servers.js';
import { Service } from '../service.js';

/** Returns every row of every table, and every key and value of Redis that belongs to the service. */
export async function dump({ database, redisUrl }: Stores): Promise<string> {
  const client = await connect(database);
  const tables = await client.query<{ name: string }>(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const parts: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await client.query<{ row: object }>(`SELECT row_to_json(t) AS row FROM ${name} AS t`);
    parts.push(...rows.map(({ row }) => `${name} ${JSON.stringify(row)}`));
  }
  await client.end();
  const redis = await createClient({ url: redisUrl }).connect();
  for await (const key of redis.scanIterator({ MATCH: `${database}:*` })) {
    const value = (await redis.type(key)) === 'string' ? await redis.get(key) : '';
    parts.push(`${key} ${value ?? ''}`);
  }
  await redis.disconnect();
  return parts.join('\n');
}

const address = 'killed@example.com';
const secret = 'a secret that survives no kill';

interface Erasure {
  state: string;
  tickets: number;
}

/** Erases the address of many tickets, and kills the only replica each time after it has made progress. */
export async function eraseWithKills(size: { tickets: number; kills: number }) {
  let service = await Service.start();
  const { stores } = service;
  const database = await connect(stores.database);
  const { rows } = await database.query<{ id: number }>(
    `INSERT INTO ticket (theme, text, email) SELECT $1, $1, $2 FROM generate_series(1, $3) RETURNING id`,
    [secret, address, size.tickets],
  );
  const api = new Api(() => service.url);
  const body = json(JSON.stringify({ email: address.toUpperCase(), mode: 'redact' }));
  const { id } = (await api.send<{ id: number }>('POST', '/erasure', body)).body;
  const progress = async (): Promise<Erasure> => {
    const found = await database.query<Erasure>('SELECT state, tickets FROM erasure WHERE id = $1', [id]);
    return found.rows[0] ?? { state: '', tickets: 0 };
  };

  const over = new AbortController();
  const writing = (async () => {
    for (let n = 0; !over.signal.aborted; n++)
      await api.comment(rows[(n * 37) % rows.length]?.id ?? 0).catch(() => sleep(50));
  })();
  let kills = 0;
  while (kills < size.kills) {
    const { tickets } = await progress();
    await eventually(async () => (await progress()).tickets > tickets, 60_000, 2);
    await sleep(Math.random() * 20);
    await service.stop('SIGKILL');
    if ((await progress()).state === 'done') throw new Error(`The erasure was done after ${kills} kills`);
    kills++;
    service = await Service.start({ stores });
  }
  await eventually(async () => (await progress()).state === 'done', 600_000, 100);
  over.abort();
  await writing;

  const lines = (await dump(stores)).split('\n');
  const leftOver = lines.filter((line) => line.toLowerCase().includes(address) || line.includes(secret));
  const events = await database.query<{ count: number; tickets: number }>(
    `SELECT count(*)::integer, count(DISTINCT ticket_id)::integer AS tickets FROM event WHERE type = 'ticket.redacted'`,
  );
  const erasure = await progress();
  await database.end();
  await service.stop();
  return { erasure, kills, leftOver, events: events.rows[0] };
}
