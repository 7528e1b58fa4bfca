/** The rows that one statement looks at. */
const batchSize = 5_000;
/**
 * Fills in the author and the version of the comments that exist and the time of the first response to tickets, and adds visibility and
 * author to events. A comment without an
 * event, such as one that a script inserted, keeps the version 1.
 *
 * Each batch is a transaction of its own so writes go on meanwhile, and the migration can be interrupted and run
 * again.
 */
export class CommentAuthors1765000000042 {
    /** Each batch is committed by itself. */
    transaction = false;
    async up(runner) {
        await runner.query(`ALTER TABLE ticket VALIDATE CONSTRAINT ticket_internal_comments`);
        await inBatches(runner, fillFromEvents, [0]);
        await inBatches(runner, fillAuthors, [0, 0]);
        await inBatches(runner, fillFirstResponses, [0]);
        await runner.query(`ANALYZE comment`);
    }
    /** Leaves the values: the columns go with the migration before, and the old version takes events with more data. */
    down() {
        return Promise.resolve();
    }
}
/** Runs a statement until it returns no place to go on from. */
async function inBatches(runner, statement, start) {
    let place = start;
    while (place) {
        const [last] = (await runner.query(statement, place));
        place = last && Object.values(last);
    }
}
/** $1: the id of the last event of the batch before. */
const fillFromEvents = `
  WITH batch AS MATERIALIZED (
    SELECT id, type, ticket_id, version, data FROM event WHERE id > $1 ORDER BY id LIMIT ${batchSize}
  ), filled AS (
    UPDATE comment
    SET ticket_version = batch.version,
      author = CASE WHEN lower(comment.email) = lower(ticket.email) THEN 'requester' ELSE 'team' END::comment_author
    FROM batch JOIN ticket ON ticket.id = batch.ticket_id
    WHERE batch.type = 'comment.added' AND batch.data->>'visibility' IS NULL
      AND comment.ticket_id = batch.ticket_id AND comment.id = (batch.data->>'comment_id')::bigint
    RETURNING batch.id AS event_id, comment.id, comment.visibility, comment.author
  ), described AS (
    UPDATE event
    SET data = json_build_object('comment_id', filled.id, 'visibility', filled.visibility, 'author', filled.author)
    FROM filled WHERE event.id = filled.event_id
  )
  SELECT id FROM batch ORDER BY id DESC LIMIT 1`;
/** The comments without an event. $1, $2: the ticket and the id of the last comment of the batch before. */
const fillAuthors = `
  WITH batch AS MATERIALIZED (
    SELECT ticket_id, id, email, author, ticket_version FROM comment WHERE (ticket_id, id) > ($1, $2)
    ORDER BY ticket_id, id LIMIT ${batchSize}
  ), filled AS (
    UPDATE comment SET author = 'requester'
    FROM batch JOIN ticket ON ticket.id = batch.ticket_id
    WHERE batch.ticket_version = 1 AND batch.author = 'team' AND lower(batch.email) = lower(ticket.email)
      AND comment.ticket_id = batch.ticket_id AND comment.id = batch.id
  )
  SELECT ticket_id, id FROM batch ORDER BY ticket_id DESC, id DESC LIMIT 1`;
/** $1: the id of the last ticket of the batch before. */
const fillFirstResponses = `
  WITH batch AS MATERIALIZED (
    SELECT id, comment_count, first_response_at FROM ticket WHERE id > $1 ORDER BY id LIMIT ${batchSize}
  ), filled AS (
    UPDATE ticket SET first_response_at = response.created_at
    FROM batch CROSS JOIN LATERAL (
      SELECT created_at FROM comment
      WHERE ticket_id = batch.id AND author = 'team' AND visibility = 'public' ORDER BY id LIMIT 1
    ) AS response
    WHERE batch.comment_count > 0 AND batch.first_response_at IS NULL AND ticket.id = batch.id
      AND ticket.first_response_at IS NULL
  )
  SELECT id FROM batch ORDER BY id DESC LIMIT 1`;
//# sourceMappingURL=1765000000042-comment-authors.js.map