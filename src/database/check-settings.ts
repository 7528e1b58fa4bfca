import type { DataSource } from 'typeorm';

/** What texts and times are kept and read as; a database or a role may have been set otherwise. */
const required = { server_encoding: 'UTF8', datestyle: 'ISO' };

/**
 * Refuses a database that could not keep every text, or would write times in a way that is not understood.
 * @throws one line that names the setting
 */
export async function checkSettings(source: DataSource): Promise<void> {
  const settings = await source.query<{ name: keyof typeof required; found: string }[]>(
    'SELECT name, current_setting(name) AS found FROM unnest($1::text[]) AS name',
    [Object.keys(required)],
  );
  for (const { name, found } of settings) {
    const wanted = required[name];
    if (!found.startsWith(wanted))
      throw new Error(`PostgreSQL's ${name} is ${found}, the service needs ${wanted}`);
  }
}
