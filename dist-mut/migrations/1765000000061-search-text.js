/**
 * Creates the table of the words that tickets are found by: a row for each theme, text and comment.
 *
 * The words are apart from the tickets, because every change of a ticket, comments included, writes a new version of its row, and so would
 * write all of its words to the index again.
 */
export class SearchText1765000000061 {
    async up(runner) {
        await runner.query(`
      CREATE TABLE search_text (
        ticket_id  bigint             NOT NULL REFERENCES ticket ON DELETE CASCADE,
        source     bigint             NOT NULL,
        visibility comment_visibility NOT NULL,
        words      tsvector           NOT NULL,
        PRIMARY KEY (ticket_id, source)
      )`);
        await runner.query(`COMMENT ON COLUMN search_text.source IS 'id of the comment, 0 for the theme, -1 for the text'`);
        // The choice between two kinds of search needs to know every word that one in 100 texts has.
        await runner.query(`ALTER TABLE search_text ALTER COLUMN words SET STATISTICS 300`);
    }
    async down(runner) {
        await runner.query(`DROP TABLE search_text`);
    }
}
//# sourceMappingURL=1765000000061-search-text.js.map