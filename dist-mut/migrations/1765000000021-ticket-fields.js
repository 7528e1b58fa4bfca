/**
 * Adds the fields by which teams work on tickets.
 *
 * Constant defaults and constraints that are not validated here need no look at the rows, so the table is locked for an instant. The next
 * migration looks at them without that lock.
 */
export class TicketFields1765000000021 {
    async up(runner) {
        await runner.query(`CREATE TYPE ticket_priority AS ENUM ('low', 'normal', 'high', 'urgent')`);
        await runner.query(`
      ALTER TABLE ticket
        ADD COLUMN external_id       text,
        ADD COLUMN assignee          text,
        ADD COLUMN priority          ticket_priority NOT NULL DEFAULT 'normal',
        ADD COLUMN tags              text[]          NOT NULL DEFAULT '{}',
        ADD COLUMN metadata          jsonb           NOT NULL DEFAULT '{}',
        ADD COLUMN due_at            timestamptz(3),
        ADD COLUMN follows           bigint,
        ADD COLUMN status_changed_at timestamptz(3)  NOT NULL DEFAULT now(),
        ADD COLUMN first_response_at timestamptz(3),
        ADD COLUMN closed_at         timestamptz(3),
        ADD CONSTRAINT ticket_external_id_bounds
          CHECK (char_length(external_id) BETWEEN 1 AND 255 AND btrim(external_id) <> '') NOT VALID,
        ADD CONSTRAINT ticket_assignee_bounds
          CHECK (char_length(assignee) BETWEEN 1 AND 255 AND btrim(assignee) <> '') NOT VALID,
        ADD CONSTRAINT ticket_tags_bounds CHECK (cardinality(tags) <= 20) NOT VALID,
        ADD CONSTRAINT ticket_metadata_bounds CHECK (jsonb_typeof(metadata) = 'object') NOT VALID`);
    }
    async down(runner) {
        await runner.query(`
      ALTER TABLE ticket
        DROP COLUMN external_id, DROP COLUMN assignee, DROP COLUMN priority, DROP COLUMN tags, DROP COLUMN metadata, DROP COLUMN due_at,
        DROP COLUMN follows, DROP COLUMN status_changed_at, DROP COLUMN first_response_at, DROP COLUMN closed_at`);
        await runner.query(`DROP TYPE ticket_priority`);
    }
}
//# sourceMappingURL=1765000000021-ticket-fields.js.map