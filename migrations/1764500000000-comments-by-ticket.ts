import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keeps comments by their ticket alone. With an index on their ids besides, PostgreSQL looked for the first hundred
 * comments of a ticket among the oldest comments of all where a few tickets have most of them: among 100,000 that took
 * ten times as long as the rest of the call.
 */
export class CommentsByTicket1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX comment_of_ticket`);
    await runner.query(`ALTER TABLE comment DROP CONSTRAINT comment_pkey`);
    await runner.query(`ALTER TABLE comment ADD CONSTRAINT comment_of_ticket PRIMARY KEY (ticket_id, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE comment DROP CONSTRAINT comment_of_ticket`);
    await runner.query(`ALTER TABLE comment ADD CONSTRAINT comment_pkey PRIMARY KEY (id)`);
    await runner.query(`CREATE INDEX comment_of_ticket ON comment (ticket_id, id)`);
  }
}
