import type { Servers } from './servers.js';

/** Id of the ticket with most of the comments. */
export const hotTicket = 1;
export const commentsOfHotTicket = 100_000;

/** Tickets per INSERT. */
const batch = 250_000;

/**
 * Grows the tables to a number of tickets, created one second apart, with one event each. PostgreSQL generates the rows,
 * which is faster than COPY from a client, and creates the indexes afterwards, as a restore does.
 */
export async function grow(servers: Servers, database: string, tickets: number): Promise<void> {
  const { rows } = await servers.query<{ count: string }>(database, 'SELECT count(*) AS count FROM ticket');
  const existing = Number(rows[0]?.count);
  const { rows: indexes } = await servers.query<{ name: string; definition: string }>(
    database,
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid IN ('ticket'::regclass, 'comment'::regclass, 'event'::regclass, 'search_text'::regclass)
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
  );
  for (const { name } of indexes) await servers.query(database, `DROP INDEX ${name}`);
  for (let first = existing + 1; first <= tickets; first += batch)
    await servers.query(database, insertTickets(first, Math.min(tickets, first + batch - 1)));
  if (existing === 0) await servers.query(database, insertHotComments);
  for (const { definition } of indexes) await servers.query(database, definition);
  await servers.query(database, 'VACUUM ANALYZE');
  await servers.query(database, 'CHECKPOINT');
}

/** Most tickets are closed; one in 1,000 contains the word urgent; each email address has one in 1,000. */
const insertTickets = (first: number, last: number) => `
  WITH created AS (
    INSERT INTO ticket (theme, text, email, status, created_at, updated_at)
    SELECT 'Invoice ' || n || ' is wrong',
      'It lists the same item twice.' || CASE WHEN n % 1000 = 0 THEN ' It is urgent.' ELSE '' END,
      'customer' || n % 1000 || '@example.com',
      CASE WHEN n = ${hotTicket} OR n % 20 = 0 THEN 'opened' WHEN n % 20 = 1 THEN 'answered' ELSE 'closed' END::ticket_status,
      clock.at, clock.at
    FROM generate_series(${first}, ${last}) AS n
    CROSS JOIN LATERAL (SELECT timestamptz '2024-01-01' + n * interval '1 second' AS at) AS clock
    RETURNING id, theme, text, email, created_at
  ), words AS (
    INSERT INTO search_text (ticket_id, source, visibility, words)
    SELECT id, source, 'public', to_tsvector('simple', words)
    FROM created CROSS JOIN LATERAL (VALUES (0, theme), (-1, text)) AS texts (source, words)
  )
  INSERT INTO event (type, ticket_id, version, at, data)
  SELECT 'ticket.created', id, 1, created_at, json_build_object('theme', theme, 'email', email) FROM created`;

const insertHotComments = `
  WITH created AS (
    INSERT INTO comment (ticket_id, text, email)
    SELECT ${hotTicket}, 'Me too, for the ' || n || 'th time.', 'customer@example.com'
    FROM generate_series(1, ${commentsOfHotTicket}) AS n RETURNING id, text
  ), words AS (
    INSERT INTO search_text (ticket_id, source, visibility, words)
    SELECT ${hotTicket}, id, 'public', to_tsvector('simple', text) FROM created
  ), recorded AS (
    INSERT INTO event (type, ticket_id, version, at, data)
    SELECT 'comment.added', ${hotTicket}, 1 + row_number() OVER (ORDER BY id), now(), json_build_object('comment_id', id) FROM created
  )
  UPDATE ticket SET comment_count = ${commentsOfHotTicket}, version = 1 + ${commentsOfHotTicket} WHERE id = ${hotTicket}`;
