/**
 * Makes (ticket_id, id) the primary key of comments. With a further index on id, PostgreSQL searched the oldest comments of
 * all tickets for the first hundred of one ticket, where few tickets have most comments: with 100,000 comments that took
 * ten times as long as the rest of the request.
 */
export class CommentsByTicket1764500000000 {
    async up(runner) {
        await runner.query(`DROP INDEX comment_of_ticket`);
        await runner.query(`ALTER TABLE comment DROP CONSTRAINT comment_pkey`);
        await runner.query(`ALTER TABLE comment ADD CONSTRAINT comment_of_ticket PRIMARY KEY (ticket_id, id)`);
    }
    async down(runner) {
        await runner.query(`ALTER TABLE comment DROP CONSTRAINT comment_of_ticket`);
        await runner.query(`ALTER TABLE comment ADD CONSTRAINT comment_pkey PRIMARY KEY (id)`);
        await runner.query(`CREATE INDEX comment_of_ticket ON comment (ticket_id, id)`);
    }
}
//# sourceMappingURL=1764500000000-comments-by-ticket.js.map