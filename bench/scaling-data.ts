import type { Servers } from './servers.js';

/** The ticket that many comment on. */
export const hotTicket = 1;
export const commentsOfHotTicket = 100_000;

/** How many tickets one statement makes. */
const batch = 250_000;

/**
 * Lets the tables grow to so many tickets, a second of their lives apart, with an event each, of which PostgreSQL makes
 * the rows itself: that is faster than COPY from a client. The indexes are made anew at the end, as after a restore.
 */
export async function grow(servers: Servers, database: string, tickets: number): Promise<void> {
  const { rows } = await servers.query<{ count: string }>(database, 'SELECT count(*) AS count FROM ticket');
  const there = Number(rows[0]?.count);
  const { rows: indexes } = await servers.query<{ name: string; definition: string }>(
    database,
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid IN ('ticket'::regclass, 'comment'::regclass, 'event'::regclass)
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
  );
  for (const { name } of indexes) await servers.query(database, `DROP INDEX ${name}`);
  for (let first = there + 1; first <= tickets; first += batch)
    await servers.query(database, ticketsFrom(first, Math.min(tickets, first + batch - 1)));
  if (there === 0) await servers.query(database, hotComments);
  for (const { definition } of indexes) await servers.query(database, definition);
  await servers.query(database, 'VACUUM ANALYZE');
  await servers.query(database, 'CHECKPOINT');
}

/** Most are closed; a thousandth is urgent; an address has written one in a thousand. */
const ticketsFrom = (first: number, last: number) => `
  WITH made AS (
    INSERT INTO ticket (theme, text, email, status, created_at, updated_at)
    SELECT 'Invoice ' || n || ' is wrong',
      'It lists the same item twice.' || CASE WHEN n % 1000 = 0 THEN ' It is urgent.' ELSE '' END,
      'customer' || n % 1000 || '@example.com',
      CASE WHEN n = ${hotTicket} OR n % 20 = 0 THEN 'opened' WHEN n % 20 = 1 THEN 'answered' ELSE 'closed' END::ticket_status,
      made.at, made.at
    FROM generate_series(${first}, ${last}) AS n
    CROSS JOIN LATERAL (SELECT timestamptz '2024-01-01' + n * interval '1 second' AS at) AS made
    RETURNING id, theme, email, created_at
  )
  INSERT INTO event (type, ticket_id, version, at, data)
  SELECT 'ticket.created', id, 1, created_at, json_build_object('theme', theme, 'email', email) FROM made`;

const hotComments = `
  WITH made AS (
    INSERT INTO comment (ticket_id, text, email)
    SELECT ${hotTicket}, 'Me too, for the ' || n || 'th time.', 'customer@example.com'
    FROM generate_series(1, ${commentsOfHotTicket}) AS n RETURNING id
  ), told AS (
    INSERT INTO event (type, ticket_id, version, data)
    SELECT 'comment.added', ${hotTicket}, 1 + row_number() OVER (ORDER BY id), json_build_object('comment_id', id) FROM made
  )
  UPDATE ticket SET comment_count = ${commentsOfHotTicket}, version = 1 + ${commentsOfHotTicket} WHERE id = ${hotTicket}`;
