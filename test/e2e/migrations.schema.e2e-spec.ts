import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { DataSource, type MigrationInterface } from 'typeorm';

import { migrationOptions } from '../../src/database/data-source-options.js';
import { Api, aTicket } from '../support/api.js';
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

  it.each([
    ['keep the search column of an earlier version, without rewriting the table', 'simple', true],
    ['replace a search column of another dictionary', 'english', false],
  ])('%s', async (_effect, dictionary, isKept) => {
    const service = await Service.start();
    await service.stop();
    const database = await connect(service.stores.database);
    const expression = `to_tsvector('${dictionary}'::regconfig, theme || ' ' || text)`;
    await database.query('ALTER TABLE ticket DROP COLUMN search');
    await database.query(
      `ALTER TABLE ticket ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (${expression}) STORED`,
    );
    await database.query('CREATE INDEX ticket_by_words ON ticket USING gin (search)');
    await database.query(`UPDATE typeorm_metadata SET value = 'of an earlier version'`);
    await database.query(`DELETE FROM migrations WHERE name = 'TicketSearch1764600000000'`);
    const select = `SELECT pg_relation_filenode('ticket') AS file`;
    const file = async () => (await database.query<{ file: number }>(select)).rows[0]?.file;
    const before = await file();

    const upgraded = await Service.start({ stores: service.stores });
    expect((await file()) === before).toBe(isKept);
    const { body } = await new Api(upgraded.url).createTicket({ ...aTicket, theme: 'Invoices' });
    const found = await new Api(upgraded.url).send('GET', '/ticket?q=invoices');
    expect(found.body).toMatchObject({ items: [{ id: body.id }] });
    const index = await database.query(`SELECT to_regclass('ticket_by_words')::text AS name`);
    expect(index.rows).toEqual([{ name: 'ticket_by_words' }]);
    await database.end();
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
