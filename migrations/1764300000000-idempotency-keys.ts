import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys that clients send to be able to repeat a POST, each with what was asked and what was first answered. */
export class IdempotencyKeys1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_key (
        key         text           PRIMARY KEY,
        fingerprint bytea          NOT NULL,
        answer      json,
        created_at  timestamptz(3) NOT NULL DEFAULT now()
      )`);
    // For the sweep of what is older than a day.
    await runner.query(`CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE idempotency_key`);
  }
}
