/** Creates the table of idempotency keys, each with a fingerprint of its request and the stored response. */
export class IdempotencyKeys1764300000000 {
    async up(runner) {
        await runner.query(`
      CREATE TABLE idempotency_key (
        key         text           PRIMARY KEY,
        fingerprint bytea          NOT NULL,
        answer      json,
        created_at  timestamptz(3) NOT NULL DEFAULT now()
      )`);
        // Serves the deletion of expired keys.
        await runner.query(`CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at)`);
    }
    async down(runner) {
        await runner.query(`DROP TABLE idempotency_key`);
    }
}
//# sourceMappingURL=1764300000000-idempotency-keys.js.map