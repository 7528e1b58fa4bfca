import pg from 'pg';
const timestamptz = pg.types.builtins.TIMESTAMPTZ;
/** Parses a time in any time zone; slower than `parseTimestamp`. */
const toDate = pg.types.getTypeParser(timestamptz);
/**
 * Converts a time from PostgreSQL's format in UTC, `2026-11-23 07:15:42.5+00`, to RFC 3339, `2026-11-23T07:15:42.500Z`.
 * By string operations, because a Date would cost more than everything else for the row of a list.
 */
export function parseTimestamp(text) {
    if (!text.endsWith('+00') || text.length > '2026-11-23 07:15:42.505+00'.length)
        return toDate(text).toISOString();
    const fraction = text.slice(20, -3).padEnd(3, '0');
    return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z`;
}
/** Type parsers of the service's connections: times as RFC 3339 strings, everything else as pg parses it. */
export const timestampParser = {
    getTypeParser: (oid, format) => oid === timestamptz && format !== 'binary'
        ? parseTimestamp
        : pg.types.getTypeParser(oid, format),
};
//# sourceMappingURL=timestamp-parser.js.map