import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { DataSource, type MigrationInterface } from 'typeorm';

import { migrationOptions } from '../../src/database/data-source-options.js';
import { aComment, Api, aTicket } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect, servers, type Stores } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';

/** Runs a script of package.json against these stores. */
function npmRun(script: string, stores: Stores) {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync('npm', ['run', script], {
    env: { PATH, ...environmentOf(stores) },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** Reverts the remaining migrations in one process, because starting the script for each one is slow. */
async function revertRemaining({ database }: Stores) {
  const { host, port, user, password } = servers().postgres;
  const server = {
    options: { host, port, username: user, password, database },
    stop: () => Promise.resolve(),
  };
  const files = readdirSync('migrations').sort();
  const modules = files.map(
    (file) => import(`../../migrations/${file}`) as Promise<Record<string, new () => MigrationInterface>>,
  );
  const migrations = (await Promise.all(modules)).flatMap((module) => Object.values(module));
  const source = new DataSource({ ...migrationOptions(server), entities: [], migrations });
  await source.initialize();
  for (let left = migrations.length - 1; left > 0; left--) await source.undoLastMigration();
  await source.destroy();
}

describe('The migrations', () => {
  it('run and revert on the embedded PostgreSQL', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-migrations-'));
    const cli = resolve('node_modules/typeorm/cli.js');
    for (const command of ['migration:run', 'migration:revert']) {
      const options = { cwd: folder, env: { PATH: process.env['PATH'] }, timeout: 60_000 };
      const source = resolve('dist/src/database/data-source.js');
      expect(spawnSync(process.execPath, [cli, command, '-d', source], options).status).toBe(0);
      // The command does not wait until its PostgreSQL has stopped.
      await eventually(() => !existsSync(join(folder, '.data/postgres/postmaster.pid')));
    }
  });

  it('create the schema of the entities, revert, and run again', async () => {
    const service = await Service.start();
    await new Api(service.url).createTicket();
    await service.stop();

    // TypeORM compares the tables with the entities and lists the differences.
    expect(npmRun('migration:check', service.stores).output).toContain(
      'No changes in database schema were found',
    );
    expect(npmRun('migration:show', service.stores).output).toContain(
      '[X] 1 TicketsAndComments1764000000000',
    );

    expect(npmRun('migration:revert', service.stores).status).toBe(0);
    await revertRemaining(service.stores);
    const database = await connect(service.stores.database);
    const { rows } = await database.query(
      `SELECT to_regclass('ticket') AS ticket, to_regclass('comment') AS comment`,
    );
    expect(rows).toEqual([{ ticket: null, comment: null }]);
    await database.end();

    expect(npmRun('migration:run', service.stores).status).toBe(0);
    const restarted = await Service.start({ stores: service.stores });
    expect((await new Api(restarted.url).createTicket()).status).toBe(201);
    await restarted.stop();
  });

  it('store the words of tickets and comments that exist, and go on after an interruption', async () => {
    const service = await Service.start();
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
    expect(npmRun('migration:check', service.stores).status).toBe(0);
  });

  it('add constraints that also apply to direct writes to the tables', async () => {
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
