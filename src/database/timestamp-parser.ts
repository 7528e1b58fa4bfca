import pg, { type CustomTypesConfig } from 'pg';

/** The type of PostgreSQL that all times are of. */
const timestamptz = pg.types.builtins.TIMESTAMPTZ;

/** From a time as PostgreSQL writes it to a Date, whatever the time zone of the session. */
const toDate = pg.types.getTypeParser(timestamptz) as (written: string) => Date;

/**
 * From a time as PostgreSQL writes it in UTC, `2026-11-23 07:15:42.5+00`, to the one of RFC 3339 that is shown,
 * `2026-11-23T07:15:42.500Z`. By way of a Date it would cost more than all else that is done for the row of a list.
 */
export function parseTimestamp(written: string): string {
  if (!written.endsWith('+00') || written.length > '2026-11-23 07:15:42.505+00'.length)
    return toDate(written).toISOString();
  const fraction = written.slice(20, -3).padEnd(3, '0');
  return `${written.slice(0, 10)}T${written.slice(11, 19)}.${fraction}Z`;
}

/** Reads times as text that is ready to be shown, and everything else as always. */
export const timestampParser: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: string): ((written: string) => unknown) =>
    oid === (timestamptz as number) && format !== 'binary'
      ? parseTimestamp
      : (pg.types.getTypeParser as (id: number, as?: string) => (written: string) => unknown)(oid, format),
};
