import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes the index of addresses independent of the collation of the database. In a Turkish one, `lower('INFO@example.com')` begins with a
 * dotless ı, so the filter `email=info@example.com` did not find that ticket.
 *
 * The index by the last change is dropped: an address has few tickets, which are sorted, and every write paid for it (docs/scaling.md).
 */
export class Addresses1765000000063 implements MigrationInterface {
  /** An index cannot be created concurrently inside a transaction. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ticket_of_email_by_update`);
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ticket_of_email_by_creation`);
    await runner.query(
      `CREATE INDEX CONCURRENTLY ticket_of_email_by_creation ON ticket (lower(email COLLATE "C"), status, created_at, id)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ticket_of_email_by_creation`);
    await runner.query(
      `CREATE INDEX ticket_of_email_by_creation ON ticket (lower(email), status, created_at, id)`,
    );
    await runner.query(
      `CREATE INDEX ticket_of_email_by_update ON ticket (lower(email), status, updated_at, id)`,
    );
  }
}
