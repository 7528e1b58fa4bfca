import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { lintMigration, type Migration } from '../support/checker/migration-lint.js';

/** The last migration of the first version; earlier ones never ran beside a serving version. */
const firstVersion = '1764500000000';

const unsafe: Record<string, string> = {
  'CREATE INDEX ticket_by_theme ON ticket (theme)': 'require-concurrent-index-creation',
  'ALTER TABLE ticket ALTER COLUMN theme TYPE varchar(300)': 'changing-column-type',
  'ALTER TABLE ticket RENAME COLUMN theme TO title': 'renaming-column',
  'ALTER TABLE ticket RENAME TO issue': 'renaming-table',
  'ALTER TABLE ticket DROP COLUMN text': 'ban-drop-column',
  'DROP TABLE comment': 'ban-drop-table',
  'ALTER TABLE ticket ADD CONSTRAINT short CHECK (length(theme) < 100)': 'constraint-missing-not-valid',
  'ALTER TABLE ticket ADD CONSTRAINT one UNIQUE (email)': 'disallowed-unique-constraint',
  'ALTER TABLE ticket ALTER COLUMN email SET NOT NULL': 'adding-not-nullable-field',
  'ALTER TABLE ticket ADD COLUMN owner text NOT NULL': 'adding-required-field',
};

/** Changes that are safe while the previous version serves. */
const safe = [
  'ALTER TABLE ticket ADD COLUMN priority smallint',
  `ALTER TABLE ticket ADD COLUMN owner text NOT NULL DEFAULT 'none'`,
  'CREATE TABLE label (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)',
  'ALTER TABLE ticket ADD CONSTRAINT short CHECK (length(theme) < 100) NOT VALID',
];

/** Rules that a migration may break, with the reason. */
const accepted: Record<string, string[]> = {
  // Version 0.1.0 must not run beside this version, and the columns were only its own.
  '1764700000000-feed-numbers.ts': ['ban-drop-column', 'ban-drop-column', 'ban-drop-table'],
  // The event of an erasure has no ticket. Version 0.1.0 must not run beside this version.
  '1765000000071-privacy.ts': ['ban-drop-not-null', 'ban-drop-not-null'],
  '1765000000062-search-words.ts': ['ban-drop-column', 'ban-drop-table'],
};

function migration(sql: string, transaction?: boolean): Migration {
  return { up: (runner) => runner.query(sql), ...(transaction !== undefined && { transaction }) };
}

async function load(name: string): Promise<Migration> {
  const [Migration] = Object.values(
    (await import(resolve('migrations', name))) as Record<string, new () => Migration>,
  );
  if (!Migration) throw new Error(`${name} exports no migration`);
  return new Migration();
}

describe('The linter of migrations', () => {
  it.each(Object.entries(unsafe))(
    'rejects a change that blocks or breaks the serving version: %s',
    async (sql, rule) => {
      expect(await lintMigration(migration(sql))).toContain(rule);
    },
  );

  it.each(safe)('accepts a safe change: %s', async (sql) => {
    expect(await lintMigration(migration(sql))).toEqual([]);
  });

  it('accepts an index that is created concurrently', async () => {
    const sql = 'CREATE INDEX CONCURRENTLY ticket_by_theme ON ticket (theme)';
    expect(await lintMigration(migration(sql, false))).toEqual([]);
  });

  it('accepts all migrations after the first version', async () => {
    const names = readdirSync('migrations').toSorted();
    expect(names.some((name) => name.startsWith(firstVersion))).toBe(true);
    for (const name of names.filter((name) => name.slice(0, firstVersion.length) > firstVersion))
      expect([name, await lintMigration(await load(name))]).toEqual([name, accepted[name] ?? []]);
  });
});
