/**
 * Creates the indexes of ticket lists. A list scans one index for each requested status, from the position of its cursor,
 * so that page 10,000 costs as much as page 1. Migration 1764600000000 adds the index for searches.
 */
export class TicketLists1764200000000 {
    async up(runner) {
        await runner.query(`CREATE INDEX ticket_by_creation ON ticket (status, created_at, id)`);
        await runner.query(`CREATE INDEX ticket_by_update ON ticket (status, updated_at, id)`);
        await runner.query(`CREATE INDEX ticket_of_email_by_creation ON ticket (lower(email), status, created_at, id)`);
        await runner.query(`CREATE INDEX ticket_of_email_by_update ON ticket (lower(email), status, updated_at, id)`);
    }
    async down(runner) {
        await runner.query(`DROP INDEX ticket_of_email_by_update`);
        await runner.query(`DROP INDEX ticket_of_email_by_creation`);
        await runner.query(`DROP INDEX ticket_by_update`);
        await runner.query(`DROP INDEX ticket_by_creation`);
    }
}
//# sourceMappingURL=1764200000000-ticket-lists.js.map