import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds who made a change and who added an attachment: a requester, or the team. Before this version only the team could, so the defaults
 * are right for the rows that exist.
 */
export class Requesters1765000000091 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE event ADD COLUMN by_requester boolean NOT NULL DEFAULT false`);
    await runner.query(`CREATE TYPE attachment_author AS ENUM ('requester', 'team')`);
    await runner.query(`ALTER TABLE attachment ADD COLUMN author attachment_author NOT NULL DEFAULT 'team'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE attachment DROP COLUMN author`);
    await runner.query(`DROP TYPE attachment_author`);
    await runner.query(`ALTER TABLE event DROP COLUMN by_requester`);
  }
}
