import { toWords } from './words.js';
/** The sources of the texts of a ticket itself. That of a comment is its id. */
const themeSource = 0;
const textSource = -1;
/** The columns of a write with the words of theme and text; null for one that the write does not change. */
export const ticketWordColumns = 'theme_words tsvector, text_words tsvector';
/** Returns the values of `ticketWordColumns`. */
export function ticketWords({ theme, text }) {
    return {
        theme_words: theme === undefined ? undefined : toWords(theme),
        text_words: text === undefined ? undefined : toWords(text),
    };
}
/**
 * Returns the CTE that stores the words of tickets which were created or changed.
 * @param from the tables of the write; they must have `ticketWordColumns` and one `id`, that of the ticket
 */
export function storeTicketWords(from) {
    const texts = `(VALUES (${themeSource}, theme_words), (${textSource}, text_words)) AS texts (source, words)`;
    return storeWords('ticket_words_stored', `SELECT id, source, 'public', words FROM ${from} CROSS JOIN LATERAL ${texts} WHERE words IS NOT NULL`);
}
/**
 * Returns the CTE that stores the words of comments which were added or changed.
 * @param from the tables of the write; they must have the columns of the comments, and the words as `words`
 */
export function storeCommentWords(from) {
    return storeWords('comment_words_stored', `SELECT ticket_id, id, visibility, words FROM ${from}`);
}
/** Returns the CTE that removes the words of texts which were erased or redacted. */
export function forgetWords(condition) {
    return `words_forgotten AS (DELETE FROM search_text WHERE ${condition})`;
}
/** The condition of the words of theme and text. */
export const isOfTicketItself = `source <= ${themeSource}`;
function storeWords(name, rows) {
    return `
    ${name} AS (
      INSERT INTO search_text (ticket_id, source, visibility, words) ${rows}
      ON CONFLICT (ticket_id, source) DO UPDATE SET words = excluded.words
    )`;
}
//# sourceMappingURL=search-text.sql.js.map