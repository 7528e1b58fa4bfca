/**
 * Creates the attachments of tickets, and the list of the bytes that are to be deleted from their store. Bytes are listed in the
 * transaction that deletes their attachment, so that a store that does not respond then loses none.
 */
export class Attachments1765000000027 {
    async up(runner) {
        await runner.query(`CREATE TYPE attachment_state AS ENUM ('pending', 'complete')`);
        await runner.query(`CREATE TYPE attachment_visibility AS ENUM ('public', 'internal')`);
        await runner.query(`
      CREATE TABLE attachment (
        ticket_id    bigint NOT NULL CONSTRAINT attachment_ticket REFERENCES ticket,
        id           bigint GENERATED ALWAYS AS IDENTITY,
        name         text   NOT NULL,
        content_type text   NOT NULL,
        size         bigint NOT NULL,
        sha256       text,
        visibility   attachment_visibility NOT NULL DEFAULT 'public',
        comment_id   bigint,
        state        attachment_state      NOT NULL DEFAULT 'pending',
        created_at   timestamptz(3)        NOT NULL DEFAULT now(),
        completed_at timestamptz(3),
        upload_key   uuid   NOT NULL,
        stored_key   uuid,
        CONSTRAINT attachment_of_ticket PRIMARY KEY (ticket_id, id),
        CONSTRAINT attachment_is_stored CHECK ((state = 'complete') = (stored_key IS NOT NULL)),
        CONSTRAINT attachment_name_bounds CHECK (octet_length(name) BETWEEN 1 AND 255),
        CONSTRAINT attachment_content_type_bounds CHECK (octet_length(content_type) BETWEEN 3 AND 255),
        CONSTRAINT attachment_size_bounds CHECK (size BETWEEN 0 AND 5368709120),
        CONSTRAINT attachment_sha256_bounds CHECK (sha256 ~ '^[0-9a-f]{64}$')
      )`);
        await runner.query(`CREATE INDEX attachment_pending ON attachment (created_at) WHERE state = 'pending'`);
        await runner.query(`
      CREATE TABLE attachment_deletion (
        key      uuid        PRIMARY KEY,
        due_at   timestamptz NOT NULL DEFAULT now(),
        final_at timestamptz NOT NULL DEFAULT now()
      )`);
        await runner.query(`CREATE INDEX attachment_deletion_due ON attachment_deletion (due_at)`);
    }
    /** The bytes stay in their store. */
    async down(runner) {
        await runner.query(`DROP TABLE attachment_deletion`);
        await runner.query(`DROP TABLE attachment`);
        await runner.query(`DROP TYPE attachment_visibility`);
        await runner.query(`DROP TYPE attachment_state`);
    }
}
//# sourceMappingURL=1765000000027-attachments.js.map