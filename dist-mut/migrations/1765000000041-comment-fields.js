/**
 * Adds the author, the visibility, the version and the time of redaction of comments, and the number of internal comments of a ticket.
 * All comments that exist are public, so that number is 0 and no ticket is rewritten. The next migration fills in authors and versions.
 */
export class CommentFields1765000000041 {
    async up(runner) {
        await runner.query(`CREATE TYPE comment_author AS ENUM ('requester', 'team')`);
        await runner.query(`CREATE TYPE comment_visibility AS ENUM ('public', 'internal')`);
        await runner.query(`
      ALTER TABLE comment
        ADD COLUMN author         comment_author     NOT NULL DEFAULT 'team',
        ADD COLUMN visibility     comment_visibility NOT NULL DEFAULT 'public',
        ADD COLUMN redacted_at    timestamptz(3),
        ADD COLUMN ticket_version integer            NOT NULL DEFAULT 1`);
        await runner.query(`ALTER TABLE ticket ADD COLUMN internal_comment_count integer NOT NULL DEFAULT 0`);
        await runner.query(`
      ALTER TABLE ticket ADD CONSTRAINT ticket_internal_comments
        CHECK (internal_comment_count BETWEEN 0 AND comment_count) NOT VALID`);
    }
    async down(runner) {
        await runner.query(`ALTER TABLE ticket DROP COLUMN internal_comment_count`);
        await runner.query(`
      ALTER TABLE comment
        DROP COLUMN author, DROP COLUMN visibility, DROP COLUMN redacted_at, DROP COLUMN ticket_version`);
        await runner.query(`DROP TYPE comment_visibility`);
        await runner.query(`DROP TYPE comment_author`);
    }
}
//# sourceMappingURL=1765000000041-comment-fields.js.map