import { columns } from '../api/dto.js';
import { CommentDto } from '../comments/comment.dto.js';
import { TicketSummaryDto } from '../tickets/ticket.dto.js';
/** Gives the transaction one snapshot for all its statements. */
export const takeSnapshot = {
    text: 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY',
};
/**
 * Reads the number of tickets, and the cursor of the feed to follow from. A snapshot that has a number in feed_state has the changes of all
 * events up to it. Events that have no number in the snapshot, and later ones, get higher numbers.
 */
export const selectStart = {
    text: `
    SELECT last_number AS number, last_tag AS tag, (SELECT count(*) FROM ticket) AS tickets
    FROM feed_state`,
};
/** The rows that one statement fetches. */
const fetchSize = 200;
/** Cursors over all tickets and all comments, in the same order, to be read side by side. */
export const cursors = {
    tickets: {
        declare: {
            text: `
        DECLARE tickets NO SCROLL CURSOR FOR
        SELECT ${columns(TicketSummaryDto, 'ticket')},
          coalesce(earlier.external_id, 'ticket:' || earlier.id) AS follows_external_id
        FROM ticket LEFT JOIN ticket AS earlier ON earlier.id = ticket.follows
        ORDER BY ticket.id`,
        },
        fetch: { text: `FETCH ${fetchSize} FROM tickets` },
    },
    comments: {
        declare: {
            text: `
        DECLARE comments NO SCROLL CURSOR FOR
        SELECT ${columns(CommentDto)} FROM comment ORDER BY ticket_id, id`,
        },
        fetch: { text: `FETCH ${fetchSize} FROM comments` },
    },
};
/** Makes the planner read the cursors in the order of their indexes, because a sort of a whole table would come before the first row. */
export const preferFirstRows = { text: 'SET LOCAL cursor_tuple_fraction = 0.00001' };
//# sourceMappingURL=export.sql.js.map