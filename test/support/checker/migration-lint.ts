import { spawnSync } from 'node:child_process';

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A migration may not run in a transaction if it makes an index concurrently. */
export type Migration = Pick<MigrationInterface, 'up' | 'transaction'>;

/**
 * Rules of squawk that tell of taste, or of what is so already: every migration runs with a lock_timeout, and within a
 * transaction unless it says otherwise.
 */
const excluded = [
  'require-lock-timeout',
  'require-statement-timeout',
  'require-timeout-settings',
  'prefer-robust-stmts',
  'prefer-bigint-over-smallint',
  'prefer-bigint-over-int',
];

/** The rules of squawk that a migration breaks: what would stop, or break, a version of the service that is serving. */
export async function dangersOf(migration: Migration): Promise<string[]> {
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
