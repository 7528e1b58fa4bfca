/**
 * Allows tickets with comments in their first version: an import creates both at once, in version 1. The constraint is validated without
 * the lock of the statement that adds it.
 */
export class ImportedTickets1765000000061 {
    /** The validation is a statement of its own. */
    transaction = false;
    async up(runner) {
        await runner.query(`
      ALTER TABLE ticket
        DROP CONSTRAINT ticket_counts_upwards,
        ADD CONSTRAINT ticket_counts_upwards CHECK (comment_count >= 0 AND version >= 1) NOT VALID`);
        await runner.query(`ALTER TABLE ticket VALIDATE CONSTRAINT ticket_counts_upwards`);
    }
    /** Leaves imported tickets as they are: the constraint holds for what is written from now on. */
    async down(runner) {
        await runner.query(`
      ALTER TABLE ticket
        DROP CONSTRAINT ticket_counts_upwards,
        ADD CONSTRAINT ticket_counts_upwards CHECK (comment_count >= 0 AND version > comment_count) NOT VALID`);
    }
}
//# sourceMappingURL=1765000000061-imported-tickets.js.map