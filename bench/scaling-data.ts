import type { Servers } from './servers.js';

/** Id of the ticket with most of the comments. */
export const hotTicket = 1;
export const commentsOfHotTicket = 100_000;

/** The time of the n-th ticket: they are created one second apart. */
export const createdAt = (n: number) => new Date(Date.UTC(2024, 0, 1) + n * 1_000);

/** The share of the tickets that have the rarest tag. */
export const rareTagOf = 10_000;

/** The tickets that have their words in the search; those of ten million would take hours. `npm run bench:search` measures searches. */
const searchable = 100_000;

/** Tickets per INSERT. */
const batch = 250_000;

/**
 * Grows the tables to a number of tickets with one numbered event each. PostgreSQL generates the rows, which is faster than COPY from a
 * client, and creates the indexes afterwards, as a restore does.
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

/** Records events, with the numbers that they would get after the commit. */
const recordEvents = (events: string) => `
  recorded AS (
    INSERT INTO event (type, ticket_id, version, at, data, number, tag)
    SELECT type, ticket_id, version, at, data, last_number + row_number() OVER (ORDER BY version, ticket_id),
      left(gen_random_uuid()::text, 8)
    FROM (${events}) AS events CROSS JOIN feed_state
    RETURNING number, tag
  )
  UPDATE feed_state SET last_number = number, last_tag = tag FROM (SELECT * FROM recorded ORDER BY number DESC LIMIT 1) AS newest`;

/**
 * Of 20 tickets, 18 are closed; a third has no assignee, the other ones are those of 300, unequally; 85 % have the priority normal; 20 tags
 * are on 40 to 1.7 % of the tickets, one more on one in 10,000; half have a due time, half metadata, two thirds an external id; one in 100
 * follows another one. Each email address has one ticket in 1,000, and so has the word urgent. Most were last changed within hours.
 */
const insertTickets = (first: number, last: number) => `
  WITH seed AS MATERIALIZED (SELECT setseed(0.5)), tickets AS MATERIALIZED (
    SELECT n, timestamptz '2024-01-01' + n * interval '1 second' AS at,
      CASE WHEN n = ${hotTicket} OR n % 20 = 0 THEN 'opened' WHEN n % 40 = 1 THEN 'answered' WHEN n % 40 = 21 THEN 'awaited'
        ELSE 'closed' END::ticket_status AS status,
      random() AS one, random() AS two, random() AS three, random() AS four, random() AS five
    FROM seed, generate_series(${first}, ${last}) AS n
  ), created AS (
    INSERT INTO ticket (theme, text, email, status, assignee, priority, external_id, tags, metadata, due_at, follows, created_at,
      updated_at, status_changed_at, first_response_at, closed_at)
    SELECT 'Invoice ' || n || ' is wrong',
      'It lists the same item twice.' || CASE WHEN n % 1000 = 0 THEN ' It is urgent.' ELSE '' END,
      'customer' || n % 1000 || '@example.com', status,
      CASE WHEN one > 0.33 THEN 'agent' || floor(300 * two ^ 2) END,
      CASE WHEN three < 0.85 THEN 'normal' WHEN three < 0.9 THEN 'low' WHEN three < 0.98 THEN 'high' ELSE 'urgent' END::ticket_priority,
      CASE WHEN n % 3 > 0 THEN 'shop-' || n END,
      CASE WHEN n % ${rareTagOf} = 7 THEN ARRAY['rare'] WHEN four > 0.9 THEN '{}'
        ELSE ARRAY['kind' || floor(20 * (four / 0.9) ^ 3)] || CASE WHEN five > 0.7 THEN ARRAY['vip'] ELSE '{}' END END,
      CASE WHEN n % 2 = 0 THEN jsonb_build_object('order', n::text, 'shop', 'shop' || n % 50) ELSE '{}' END,
      CASE WHEN n % 4 > 1 THEN at + five * interval '1 day' END,
      CASE WHEN n % 100 = 50 THEN n - floor(one * n * 0.1) - 1 END,
      at, changed, changed, at + five * interval '1 hour', CASE status WHEN 'closed' THEN changed END
    FROM tickets CROSS JOIN LATERAL (SELECT at + five ^ 4 * interval '1 day' AS changed) AS change
    RETURNING id, theme, text, created_at
  ), words AS (
    INSERT INTO search_text (ticket_id, source, visibility, words)
    SELECT id, source, 'public', to_tsvector('simple', words)
    FROM created CROSS JOIN LATERAL (VALUES (0, theme), (-1, text)) AS texts (source, words)
    WHERE id <= ${searchable}
  ), ${recordEvents(`SELECT 'ticket.created' AS type, id AS ticket_id, 1 AS version, created_at AS at, json_build_object() AS data FROM created`)}`;

const insertHotComments = `
  WITH created AS (
    INSERT INTO comment (ticket_id, text, email)
    SELECT ${hotTicket}, 'Me too, for the ' || n || 'th time.', 'customer@example.com'
    FROM generate_series(1, ${commentsOfHotTicket}) AS n RETURNING id, text
  ), words AS (
    INSERT INTO search_text (ticket_id, source, visibility, words)
    SELECT ${hotTicket}, id, 'public', to_tsvector('simple', text) FROM created
  ), counted AS (
    UPDATE ticket SET comment_count = ${commentsOfHotTicket}, version = 1 + ${commentsOfHotTicket} WHERE id = ${hotTicket}
  ), ${recordEvents(`
    SELECT 'comment.added' AS type, ${hotTicket} AS ticket_id, 1 + row_number() OVER (ORDER BY id) AS version, now() AS at,
      json_build_object('comment_id', id, 'visibility', 'public') AS data FROM created`)}`;
