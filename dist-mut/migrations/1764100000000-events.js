/**
 * Creates the append-only table of events, one for every change of a ticket: the source of histories and of the feed.
 *
 * The statement that makes a change also writes its event, so neither exists without the other. There is no foreign key,
 * because it would lock the ticket a second time.
 */
export class Events1764100000000 {
    async up(runner) {
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
        // Serves the history of a ticket in the order of its versions, and allows one event per version.
        await runner.query(`CREATE UNIQUE INDEX event_of_ticket ON event (ticket_id, version)`);
        await runner.query(`
      INSERT INTO event (type, ticket_id, version, at, data)
      SELECT 'ticket.created', id, 1, created_at, json_build_object('theme', theme, 'email', email) FROM ticket`);
    }
    async down(runner) {
        await runner.query(`DROP TABLE event`);
    }
}
//# sourceMappingURL=1764100000000-events.js.map