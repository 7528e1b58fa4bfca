import { columns, columnsOrDefaults, typedColumns } from '../api/dto.js';
import { recordEvent } from '../events/record-event.sql.js';
import { storeCommentWords, storeTicketWords, ticketWordColumns } from '../tickets/search/search-text.sql.js';
import { ImportedCommentColumns, ImportedTicketColumns } from './import-line.dto.js';

/**
 * Creates tickets with their comments, each with the version 1 and one event. A ticket whose external id exists changes nothing. The
 * tickets are inserted in the order of their external ids, so that two imports of the same lines wait for each other in that order.
 * Their ids are in the order of the lines.
 *
 * $1: a JSON list of tickets, each with its place `n`, the words of its texts, the external id of the ticket that it follows, and the number of its comments;
 * $2: a JSON list of their comments, each with the place of its ticket and its words; $3: the actor.
 */
export const importTickets = {
  name: 'import_tickets',
  text: `
    WITH items AS MATERIALIZED (
      SELECT line.*, coalesce(known_id, nextval('ticket_id_seq')) AS id FROM (
        SELECT line.*, known.id AS known_id
        FROM json_to_recordset($1) AS line (
          n integer, follows_name text, comment_count integer, internal_count integer,
          ${typedColumns(ImportedTicketColumns)}, ${ticketWordColumns}
        ) LEFT JOIN ticket AS known ON known.external_id = line.external_id
        ORDER BY n
      ) AS line
    ), created AS (
      INSERT INTO ticket (id, follows, comment_count, internal_comment_count, ${columns(ImportedTicketColumns)})
      OVERRIDING SYSTEM VALUE
      SELECT id, (SELECT earlier.id FROM ticket AS earlier WHERE earlier.external_id = follows_name),
        comment_count, internal_count, ${columnsOrDefaults(ImportedTicketColumns, 'items').join(', ')}
      FROM items WHERE known_id IS NULL
      ORDER BY external_id
      ON CONFLICT (external_id) WHERE external_id IS NOT NULL DO NOTHING
      RETURNING id, version, status
    ), lines AS MATERIALIZED (
      SELECT nextval('comment_id_seq') AS id, line.* FROM (
        SELECT created.id AS ticket_id, comment.*
        FROM json_to_recordset($2) AS comment (
          n integer, place integer, author comment_author, redacted_at timestamptz, ${typedColumns(ImportedCommentColumns)},
          words tsvector
        ) JOIN items USING (n) JOIN created ON created.id = items.id
        ORDER BY created.id, place
      ) AS line
    ), commented AS (
      INSERT INTO comment (id, ticket_id, author, redacted_at, ${columns(ImportedCommentColumns)}) OVERRIDING SYSTEM VALUE
      SELECT id, ticket_id, author, redacted_at, ${columnsOrDefaults(ImportedCommentColumns, 'lines').join(', ')} FROM lines
      RETURNING id, ticket_id, visibility
    ), ${recordEvent(`'ticket.imported'`, 'created', {
      id: 'id',
      version: 'version',
      actor: '$3',
      data: `json_build_object('status', status)`,
    })}, ${storeTicketWords('created JOIN items USING (id)')},
    ${storeCommentWords('commented JOIN (SELECT id, words FROM lines) AS texts USING (id)')}
    SELECT n, coalesce(created.id, known_id) AS id, created.id IS NOT NULL AS is_created
    FROM items LEFT JOIN created ON created.id = items.id`,
};

/** $1: external ids. */
export const selectIds = {
  name: 'select_ids_of_external_ids',
  text: `SELECT id, external_id FROM ticket WHERE external_id = ANY ($1)`,
};
