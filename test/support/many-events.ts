import { connect, type Stores } from './servers.js';

/** Number of the events that `writeManyEvents` writes. */
export const manyEvents = 40_000;

/** Writes about 20 MB of events of a ticket, more than the capacity of the socket buffers of both sides. */
export async function writeManyEvents({ database }: Stores, ticket: number): Promise<void> {
  const client = await connect(database);
  await client.query(
    `INSERT INTO event (type, ticket_id, version, at, data)
     SELECT 'ticket.created', $1, n, now(), json_build_object('theme', repeat('x', 255))
     FROM generate_series(1, ${manyEvents}) AS n`,
    [ticket],
  );
  await client.end();
}
