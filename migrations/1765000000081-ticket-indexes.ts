import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The indexes of filters and orders, by name. docs/scaling.md has what each gives and costs. */
const indexes: Record<string, string> = {
  ticket_of_assignee: `ticket (assignee, status, created_at, id)`,
  ticket_by_priority: `ticket (status, priority, created_at, id)`,
  ticket_by_due: `ticket (status, due_at, created_at, id)`,
  ticket_by_tag: `ticket USING gin (tags) WHERE tags <> '{}'`,
  ticket_by_metadata: `ticket USING gin (metadata jsonb_path_ops) WHERE metadata <> '{}'`,
  ticket_by_follows: `ticket (follows) WHERE follows IS NOT NULL`,
};

/** Creates the indexes of the filters and orders by which teams work. */
export class TicketIndexes1765000000081 implements MigrationInterface {
  /** An index cannot be created concurrently inside a transaction. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(indexes)) {
      // The unfinished index of an interrupted run is invalid, and replaced.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${on}`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(indexes)) await runner.query(`DROP INDEX ${name}`);
  }
}
