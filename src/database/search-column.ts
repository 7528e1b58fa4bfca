import type { DataSource, EntityManager } from 'typeorm';

/** What the search column is made of, as the entity says it; the dictionary is put in when it is made. */
export const searchExpression = `to_tsvector(SEARCH_DICTIONARY, theme || ' ' || text)`;

/**
 * Gives the tickets a column to search them by, made by PostgreSQL's dictionary of this name; makes it anew where it
 * was made by another. On a large table that takes a while, during which the table is locked.
 */
export async function makeSearchColumn(source: DataSource, dictionary: string): Promise<void> {
  const [current] = await source.query<{ expression: string }[]>(`
    SELECT pg_get_expr(adbin, adrelid) AS expression
    FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
    WHERE adrelid = 'ticket'::regclass AND attname = 'search'`);
  if (current?.expression.includes(`'${dictionary}'::regconfig`)) return;
  await source.transaction((session) => remakeSearchColumn(session, dictionary));
}

async function remakeSearchColumn(session: EntityManager, dictionary: string): Promise<void> {
  await session.query(`ALTER TABLE ticket DROP COLUMN IF EXISTS search`);
  await session.query(`
    ALTER TABLE ticket ADD COLUMN search tsvector NOT NULL
    GENERATED ALWAYS AS (${searchExpression.replace('SEARCH_DICTIONARY', `'${dictionary}'::regconfig`)}) STORED`);
  await session.query(`CREATE INDEX ticket_by_words ON ticket USING gin (search)`);
  // TypeORM keeps its own note of generated columns, which it compares with the entity to write migrations.
  await session.query(`
    CREATE TABLE IF NOT EXISTS typeorm_metadata
    (type varchar NOT NULL, database varchar, schema varchar, "table" varchar, name varchar, value text)`);
  await session.query(`DELETE FROM typeorm_metadata WHERE "table" = 'ticket' AND name = 'search'`);
  await session.query(
    `INSERT INTO typeorm_metadata VALUES
     ('GENERATED_COLUMN', current_database(), current_schema(), 'ticket', 'search', $1)`,
    [searchExpression],
  );
}
