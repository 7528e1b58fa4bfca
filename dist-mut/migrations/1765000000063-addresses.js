/**
 * Makes the indexes of addresses independent of the collation of the database. In a Turkish one, `lower('INFO@example.com')` begins with a
 * dotless ı, so the filter `email=info@example.com` did not find that ticket.
 */
export class Addresses1765000000063 {
    /** An index cannot be created concurrently inside a transaction. */
    transaction = false;
    async up(runner) {
        for (const [name, column] of indexes) {
            await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
            await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON ticket (lower(email COLLATE "C"), status, ${column}, id)`);
        }
    }
    async down(runner) {
        for (const [name, column] of indexes) {
            await runner.query(`DROP INDEX ${name}`);
            await runner.query(`CREATE INDEX ${name} ON ticket (lower(email), status, ${column}, id)`);
        }
    }
}
const indexes = [
    ['ticket_of_email_by_creation', 'created_at'],
    ['ticket_of_email_by_update', 'updated_at'],
];
//# sourceMappingURL=1765000000063-addresses.js.map