/**
 * Creates the tables of webhooks: the endpoints with their places in the feed, and a row for each event that is on its way to an
 * endpoint or was sent to it lately. Deliveries have no foreign key, so that the deletion of an endpoint is one row; a job removes them.
 */
export class Webhooks1765000000025 {
    async up(runner) {
        await this.createWebhooks(runner);
        await this.createDeliveries(runner);
    }
    async down(runner) {
        await runner.query(`DROP TABLE webhook_delivery`);
        await runner.query(`DROP TABLE webhook`);
    }
    async createWebhooks(runner) {
        await runner.query(`
      CREATE TABLE webhook (
        id                    bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        url                   text           NOT NULL CONSTRAINT webhook_url_bounds
                                             CHECK (char_length(url) BETWEEN 1 AND 2048 AND btrim(url) <> ''),
        types                 text[],
        description           text           CONSTRAINT webhook_description_bounds
                                             CHECK (char_length(description) BETWEEN 1 AND 255 AND btrim(description) <> ''),
        enabled               boolean        NOT NULL DEFAULT true,
        disabled_reason       text,
        failing_since         timestamptz(3),
        last_success_at       timestamptz(3),
        created_at            timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        secret                text           NOT NULL,
        previous_secret       text,
        previous_secret_until timestamptz(3),
        next_number           bigint         NOT NULL,
        replay_until          bigint,
        resume_number         bigint
      )`);
    }
    async createDeliveries(runner) {
        await runner.query(`
      CREATE TABLE webhook_delivery (
        webhook_id bigint      NOT NULL,
        number     bigint      NOT NULL,
        ticket_id  bigint      NOT NULL,
        state      text        NOT NULL DEFAULT 'pending',
        tries      integer     NOT NULL DEFAULT 0,
        next_at    timestamptz,
        lease      uuid,
        again      boolean     NOT NULL DEFAULT false,
        attempts   json        NOT NULL DEFAULT '[]',
        done_at    timestamptz,
        PRIMARY KEY (webhook_id, number)
      )`);
        // Serves the claims: what is due of an endpoint.
        await runner.query(`
      CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, next_at) WHERE state = 'pending'`);
        // Serves the order of the events of a ticket.
        await runner.query(`
      CREATE INDEX webhook_delivery_of_ticket ON webhook_delivery (webhook_id, ticket_id, number) WHERE state = 'pending'`);
        // These two serve the log and the removal of old rows.
        await runner.query(`
      CREATE INDEX webhook_delivery_failed ON webhook_delivery (webhook_id, number) WHERE state = 'failed'`);
        await runner.query(`
      CREATE INDEX webhook_delivery_delivered ON webhook_delivery (done_at) WHERE state = 'delivered'`);
    }
}
//# sourceMappingURL=1765000000025-webhooks.js.map