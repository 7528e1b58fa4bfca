import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Expression of the entity's column, which typeorm_metadata must repeat for `npm run migration:check`. */
const expression = `to_tsvector('simple'::regconfig, theme || ' ' || text)`;

/**
 * Adds the column that tickets are searched by, and its index.
 *
 * Earlier versions created both at start, with the dictionary that SEARCH_DICTIONARY named. A column with the dictionary
 * "simple", which was the default, is kept as it is, because adding it again would rewrite the table under a lock. A
 * column with another dictionary is replaced.
 */
export class TicketSearch1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    if (!(await hasSimpleColumn(runner))) {
      await runner.query(`ALTER TABLE ticket DROP COLUMN IF EXISTS search`);
      await runner.query(
        `ALTER TABLE ticket ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (${expression}) STORED`,
      );
    }
    await runner.query(`CREATE INDEX IF NOT EXISTS ticket_by_words ON ticket USING gin (search)`);
    // TypeORM reads the expressions of generated columns from this table, not from PostgreSQL's catalog.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS typeorm_metadata
      (type varchar NOT NULL, database varchar, schema varchar, "table" varchar, name varchar, value text)`);
    await runner.query(deleteMetadata);
    await runner.query(
      `INSERT INTO typeorm_metadata (type, database, schema, "table", name, value)
       VALUES ('GENERATED_COLUMN', current_database(), current_schema(), 'ticket', 'search', $1)`,
      [expression],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE ticket DROP COLUMN search`);
    await runner.query(deleteMetadata);
  }
}

const deleteMetadata = `DELETE FROM typeorm_metadata WHERE "table" = 'ticket' AND name = 'search'`;

async function hasSimpleColumn(runner: QueryRunner): Promise<boolean> {
  const [column] = (await runner.query(`
    SELECT pg_get_expr(adbin, adrelid) AS expression
    FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
    WHERE adrelid = 'ticket'::regclass AND attname = 'search'`)) as { expression: string }[];
  return column?.expression.includes(`'simple'::regconfig`) ?? false;
}
