/*
 * Proves that a migration neither blocks nor breaks the previous version of the service while that still serves.
 */

import { spawnSync } from 'node:child_process';

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The part of a migration that the linter reads; `transaction: false` is needed to create an index concurrently. */
export type Migration = Pick<MigrationInterface, 'up' | 'transaction'>;

/**
 * Rules of squawk that are a matter of style or already satisfied: every migration runs with a lock_timeout, and in a
 * transaction unless it opts out.
 */
const excluded = [
  'require-lock-timeout',
  'require-statement-timeout',
  'require-timeout-settings',
  'prefer-robust-stmts',
  'prefer-bigint-over-smallint',
  'prefer-bigint-over-int',
];

/** Returns the rules of squawk that a migration breaks. */
export async function lintMigration(migration: Migration): Promise<string[]> {
  const statements: string[] = [];
  // Returns no rows, as on a database that nothing was done to yet.
  const query = (sql: string) => {
    statements.push(sql);
    return Promise.resolve([]);
  };
  await migration.up({ query } as unknown as QueryRunner);
  const options = ['--reporter', 'json', '--pg-version', '18', '--exclude', excluded.join(',')];
  if (migration.transaction !== false) options.push('--assume-in-transaction');
  const { stdout, error } = spawnSync('node_modules/.bin/squawk', options, {
    input: statements.join(';\n') + ';',
    encoding: 'utf8',
  });
  if (error) throw error;
  return (JSON.parse(stdout) as { rule_name: string }[]).map(({ rule_name }) => rule_name);
}
