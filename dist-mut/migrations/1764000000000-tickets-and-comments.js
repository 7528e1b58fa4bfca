/**
 * Creates the tables of tickets and comments.
 *
 * The checks repeat the limits of the API, so that scripts which write to the tables directly obey them too. Times have
 * milliseconds, as in the API, so that a time from a response finds its ticket in a filter.
 */
export class TicketsAndComments1764000000000 {
    async up(runner) {
        await runner.query(`CREATE TYPE ticket_status AS ENUM ('opened', 'answered', 'awaited', 'closed')`);
        await runner.query(`
      CREATE TABLE ticket (
        id            bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        theme         text           NOT NULL,
        text          text           NOT NULL,
        email         text           NOT NULL,
        status        ticket_status  NOT NULL DEFAULT 'opened',
        comment_count integer        NOT NULL DEFAULT 0,
        version       integer        NOT NULL DEFAULT 1,
        created_at    timestamptz(3) NOT NULL DEFAULT now(),
        updated_at    timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT ticket_theme_bounds   CHECK (char_length(theme) BETWEEN 1 AND 255 AND btrim(theme) <> ''),
        CONSTRAINT ticket_text_bounds    CHECK (char_length(text) BETWEEN 1 AND 10000 AND btrim(text) <> ''),
        CONSTRAINT ticket_email_bounds   CHECK (char_length(email) BETWEEN 3 AND 254),
        CONSTRAINT ticket_counts_upwards CHECK (comment_count >= 0 AND version > comment_count)
      )`);
        await runner.query(`
      CREATE TABLE comment (
        id         bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        ticket_id  bigint         NOT NULL CONSTRAINT comment_ticket REFERENCES ticket (id),
        text       text           NOT NULL,
        email      text           NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT comment_text_bounds  CHECK (char_length(text) BETWEEN 1 AND 10000 AND btrim(text) <> ''),
        CONSTRAINT comment_email_bounds CHECK (char_length(email) BETWEEN 3 AND 254)
      )`);
        // Serves the first comments of a ticket, oldest first.
        await runner.query(`CREATE INDEX comment_of_ticket ON comment (ticket_id, id)`);
    }
    async down(runner) {
        await runner.query(`DROP TABLE comment`);
        await runner.query(`DROP TABLE ticket`);
        await runner.query(`DROP TYPE ticket_status`);
    }
}
//# sourceMappingURL=1764000000000-tickets-and-comments.js.map