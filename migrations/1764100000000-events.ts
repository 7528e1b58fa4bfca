import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every change of a ticket as an event, append-only: the history of a ticket, and the feed of the service.
 *
 * An event is written by the very statement that makes the change, so neither is ever there without the other. It needs
 * no foreign key for that, and does without the lock that one would take on the ticket a second time.
 */
export class Events1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE event (
        id        bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        type      text           NOT NULL,
        ticket_id bigint         NOT NULL,
        version   integer        NOT NULL,
        actor     text,
        at        timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        data      json           NOT NULL
      )`);
    // The history is read by ticket, in the order of its versions; and no version has two events.
    await runner.query(`CREATE UNIQUE INDEX event_of_ticket ON event (ticket_id, version)`);
    await runner.query(`
      INSERT INTO event (type, ticket_id, version, at, data)
      SELECT 'ticket.created', id, 1, created_at, json_build_object('theme', theme, 'email', email) FROM ticket`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE event`);
  }
}
