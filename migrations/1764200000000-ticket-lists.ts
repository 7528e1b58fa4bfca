import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the lists of tickets are read by. A list walks one of these for each status asked for, from where its cursor
 * stands, so that page 10,000 costs what page 1 does. The search column and its index come with 1764600000000.
 */
export class TicketLists1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX ticket_by_creation ON ticket (status, created_at, id)`);
    await runner.query(`CREATE INDEX ticket_by_update ON ticket (status, updated_at, id)`);
    await runner.query(
      `CREATE INDEX ticket_of_email_by_creation ON ticket (lower(email), status, created_at, id)`,
    );
    await runner.query(
      `CREATE INDEX ticket_of_email_by_update ON ticket (lower(email), status, updated_at, id)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ticket_of_email_by_update`);
    await runner.query(`DROP INDEX ticket_of_email_by_creation`);
    await runner.query(`DROP INDEX ticket_by_update`);
    await runner.query(`DROP INDEX ticket_by_creation`);
  }
}
