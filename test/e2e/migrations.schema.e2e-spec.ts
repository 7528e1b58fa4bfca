import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { aComment, Api, aTicket } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect, createStores, empty } from '../support/servers.js';
import { environmentOf, Service, type ServiceWithStores } from '../support/service.js';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Runs a script of package.json that calls TypeORM, without npm, which takes a second. */
function npmRun(script: string, env: Record<string, string>, cwd = '.') {
  const [command, ...options] = (scripts[script] ?? '').split(' ');
  expect(command).toBe('typeorm');
  const parts = options.map((option) => (option.startsWith('dist/') ? resolve(option) : option));
  return node([resolve('node_modules/typeorm/cli.js'), ...parts], env, cwd);
}

function node(options: string[], env: Record<string, string>, cwd = '.') {
  const { PATH = '' } = process.env;
  const child = { cwd, env: { PATH, ...env }, encoding: 'utf8', timeout: 60_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, options, child);
  return { status, output: stdout + stderr };
}

/** Reverts the migrations in one process, because starting the script for each one is slow. */
const revertAll = `
  import source from '${resolve('dist/src/database/data-source.js')}';
  await source.initialize();
  for (let left = source.migrations.length - 1; left > 0; left--) await source.undoLastMigration();
  await source.destroy();`;

/** The tests run in their order: each uses the database that the one before left. */
describe('The migrations', () => {
  let service: ServiceWithStores;

  it('run and revert on the embedded PostgreSQL', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-migrations-'));
    for (const script of ['migration:run', 'migration:revert']) {
      expect(npmRun(script, {}, folder).status).toBe(0);
      // The command does not wait until its PostgreSQL has stopped.
      await eventually(() => !existsSync(join(folder, '.data/postgres/postmaster.pid')));
    }
  });

  it('create the schema, revert, and run again', async () => {
    const stores = await createStores(empty);
    const environment = environmentOf(stores);
    expect(npmRun('migration:run', environment).status).toBe(0);
    expect(npmRun('migration:show', environment).output).toContain('[X] 1 TicketsAndComments1764000000000');
    expect(npmRun('migration:revert', environment).status).toBe(0);
    expect(node(['--input-type=module', '-e', revertAll], environment)).toEqual({ status: 0, output: '' });
    const database = await connect(stores.database);
    const { rows } = await database.query(
      `SELECT to_regclass('ticket') AS ticket, to_regclass('comment') AS comment`,
    );
    expect(rows).toEqual([{ ticket: null, comment: null }]);
    await database.end();
    service = await Service.start({ stores });
    expect((await new Api(service.url).createTicket()).status).toBe(201);
  });

  it('add constraints that also apply to direct writes to the tables', async () => {
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
  });

  it('store the words of tickets and comments that exist, go on after an interruption, and leave the schema of the entities', async () => {
    const api = new Api(service.url);
    const { id } = (await api.createTicket({ ...aTicket, theme: 'Zebracrossing INV-7788' })).body;
    await api.comment(id, { ...aComment, text: 'A lantern' });
    const other = (await api.createTicket({ ...aTicket, text: 'A lantern too' })).body.id;
    await service.stop();
    const database = await connect(service.stores.database);
    // As version 0.1.0 left it, but for the first ticket, whose words an interrupted run has stored.
    await database.query('DELETE FROM search_text WHERE ticket_id = $1 OR source > 0', [other]);
    await database.query('DROP INDEX search_text_by_words');
    await database.query(`
      ALTER TABLE ticket ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('english', theme || ' ' || text)) STORED`);
    await database.query('CREATE TABLE typeorm_metadata (type varchar, value text)');
    await database.query(`DELETE FROM migrations WHERE name = 'SearchWords1765000000062'`);
    await database.end();

    const upgraded = await Service.start({ stores: service.stores });
    const search = async (q: string) => {
      const path = `/ticket?sort=created_at&q=${q}`;
      const { body } = await new Api(upgraded.url).send<{ items: { id: number }[] }>('GET', path);
      return body.items.map((ticket) => ticket.id);
    };
    expect(await search('zebra 7788 lantern')).toEqual([id]);
    expect(await search('lantern')).toEqual([id, other]);
    await upgraded.stop();
    // TypeORM compares the tables with the entities and lists the differences.
    const check = npmRun('migration:check', environmentOf(service.stores));
    expect(check).toMatchObject({ status: 0 });
    expect(check.output).toContain('No changes in database schema were found');
  });
});
