import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { Api } from './support/api.js';
import { connect } from './support/servers.js';
import { environmentOf, Service } from './support/service.js';

/** Runs a script of package.json as its user does, against these stores. */
function npmRun(script: string, stores: Parameters<typeof environmentOf>[0]) {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync('npm', ['run', script], {
    env: { PATH, ...environmentOf(stores) },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

describe('The migrations', () => {
  it('make what the entities say, can be taken back, and made again', async () => {
    const service = await Service.start();
    await new Api(service.url).createTicket();
    await service.stop();

    // TypeORM compares the tables with the entities, and would write what is missing into a migration.
    expect(npmRun('migration:check', service.stores).output).toContain(
      'No changes in database schema were found',
    );
    expect(npmRun('migration:show', service.stores).output).toContain(
      '[X] 1 TicketsAndComments1764000000000',
    );

    const reverted = readdirSync('migrations').map(() => npmRun('migration:revert', service.stores).status);
    expect(new Set(reverted)).toEqual(new Set([0]));
    const database = await connect(service.stores.database);
    const { rows } = await database.query(
      `SELECT to_regclass('ticket') AS ticket, to_regclass('comment') AS comment`,
    );
    expect(rows).toEqual([{ ticket: null, comment: null }]);
    await database.end();

    expect(npmRun('migration:run', service.stores).status).toBe(0);
    const again = await Service.start({ stores: service.stores });
    expect((await new Api(again.url).createTicket()).status).toBe(201);
    await again.stop();
  });

  it('keep the bounds even from those who write to the tables themselves', async () => {
    const service = await Service.start();
    const { id } = (await new Api(service.url).createTicket()).body;
    const database = await connect(service.stores.database);
    const insert = 'INSERT INTO ticket (theme, text, email) VALUES ($1, $2, $3)';
    await expect(database.query(insert, ['', 'a', 'a@b.co'])).rejects.toThrow('ticket_theme_bounds');
    await expect(database.query(insert, ['a', ' ', 'a@b.co'])).rejects.toThrow('ticket_text_bounds');
    await expect(database.query(insert, ['a', 'a', ''])).rejects.toThrow('ticket_email_bounds');
    await expect(database.query(`UPDATE ticket SET status = 'lost'`)).rejects.toThrow('ticket_status');
    await expect(database.query('DELETE FROM ticket WHERE id = $1', [id])).resolves.toBeDefined();
    const comment = 'INSERT INTO comment (ticket_id, text, email) VALUES ($1, $2, $3)';
    await expect(database.query(comment, [id, 'a', 'a@b.co'])).rejects.toThrow('comment_ticket');
    await database.end();
    await service.stop();
  });
});
