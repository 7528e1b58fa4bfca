import { ticketWordColumns, ticketWords } from '../src/tickets/search/search-text.sql.js';
import { storeCommentWords, storeTicketWords } from '../src/tickets/search/search-text.sql.js';
import { toWords } from '../src/tickets/search/words.js';
/** The tickets or comments that one statement stores the words of. */
const batchSize = 500;
/**
 * Stores the words of the tickets and comments that exist, creates their index, and drops the column that tickets were searched by.
 *
 * The service makes the words, so this migration reads all texts. Each batch is a transaction of its own that locks no ticket, and an
 * interrupted run goes on after the last ticket that has words. The index is created at the end, which is several times as fast as adding the
 * words to it one by one. The service listens after that, so a search finds everything from the first request on.
 */
export class SearchWords1765000000062 {
    /** Each batch is committed by itself, and an index cannot be created concurrently inside a transaction. */
    transaction = false;
    async up(runner) {
        await storeBatches(runner, {
            read: selectTickets,
            write: insertTicketWords,
            toItem: (ticket) => ({ id: ticket.id, ...ticketWords(ticket) }),
            placeOf: ({ id }) => [id],
            start: await lastPlace(runner, `SELECT max(ticket_id) FROM search_text WHERE source <= 0`),
        });
        await storeBatches(runner, {
            read: selectComments,
            write: insertCommentWords,
            toItem: ({ text, ...comment }) => ({ ...comment, words: toWords(text) }),
            placeOf: ({ ticket_id, id }) => [ticket_id, id],
            start: await lastPlace(runner, `SELECT ticket_id, source FROM search_text WHERE source > 0 ORDER BY ticket_id DESC, source DESC LIMIT 1`),
        });
        // The unfinished index of an interrupted run is invalid, and replaced.
        await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS search_text_by_words`);
        // New texts wait in a list that each search reads and that one of the writes empties. With at most 256 kB, neither takes long.
        await runner.query(`CREATE INDEX CONCURRENTLY search_text_by_words ON search_text USING gin (words) WITH (gin_pending_list_limit = 256)`);
        await runner.query(`ANALYZE search_text`);
        await runner.query(`ALTER TABLE ticket DROP COLUMN IF EXISTS search`);
        // It described the column to TypeORM.
        await runner.query(`DROP TABLE IF EXISTS typeorm_metadata`);
    }
    /** Keeps the words: the table goes with the migration before. Version 0.1.0 creates its column at start. */
    async down(runner) {
        await runner.query(`DROP INDEX search_text_by_words`);
    }
}
async function lastPlace(runner, text) {
    const [row] = (await runner.query(text));
    return row ? Object.values(row).map((id) => id ?? 0) : [0, 0];
}
async function storeBatches(runner, batches) {
    for (let place = batches.start; place;) {
        const rows = (await runner.query(batches.read, place));
        if (rows.length > 0)
            await runner.query(batches.write, [JSON.stringify(rows.map(batches.toItem))]);
        const last = rows.at(-1);
        place = last && batches.placeOf(last);
    }
}
/** $1: the last ticket of the batch before. */
const selectTickets = `SELECT id, theme, text FROM ticket WHERE id > $1 ORDER BY id LIMIT ${batchSize}`;
/** $1, $2: the ticket and the id of the last comment of the batch before. */
const selectComments = `
  SELECT ticket_id, id, visibility, text FROM comment WHERE (ticket_id, id) > ($1, $2)
  ORDER BY ticket_id, id LIMIT ${batchSize}`;
const insertTicketWords = `
  WITH items AS (SELECT * FROM json_to_recordset($1) AS item (id bigint, ${ticketWordColumns})),
  ${storeTicketWords('items')} SELECT`;
const insertCommentWords = `
  WITH items AS (
    SELECT * FROM json_to_recordset($1) AS item (ticket_id bigint, id bigint, visibility comment_visibility, words tsvector)
  ), ${storeCommentWords('items')} SELECT`;
//# sourceMappingURL=1765000000062-search-words.js.map