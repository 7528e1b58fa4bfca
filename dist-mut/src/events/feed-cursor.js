import { Problem } from '../api/problem.js';
/** The form of a cursor on the wire. It is the id of an event too. */
export const cursorPattern = /^(0|[1-9]\d{0,15})-([0-9a-z]{1,16})$/;
/** Formats a cursor. */
export function formatCursor({ number, tag }) {
    return `${number}-${tag}`;
}
/** Parses a cursor; undefined for a text that is none. */
export function parseCursor(text) {
    const [, number, tag = ''] = cursorPattern.exec(text) ?? [];
    const cursor = { number: Number(number), tag };
    return Number.isSafeInteger(cursor.number) ? cursor : undefined;
}
/** 410: retention has removed some of the events after this cursor, so a client that went on would miss them. */
export class CursorExpired extends Problem {
    constructor(cursor, { newest }) {
        const detail = `Events after ${formatCursor(cursor)} are no longer kept. ${advice}`;
        super('cursor-expired', detail, { newest_cursor: newestCursor(newest) });
    }
}
/**
 * 410: the event of this cursor is not in this database, because it was restored from a backup, failed over with a loss, or
 * replaced. A client that went on would miss events, or see them twice.
 */
export class FeedRestarted extends Problem {
    constructor(cursor, { newest }) {
        const detail = `The feed has no event ${formatCursor(cursor)}: its database was restored or replaced. ${advice}`;
        super('feed-restarted', detail, { newest_cursor: newestCursor(newest) });
    }
}
const advice = 'Load all tickets again, then continue after newest_cursor, or from the beginning if it is null.';
/** Null if the feed has never had an event. */
function newestCursor(newest) {
    return newest.number === 0 ? null : formatCursor(newest);
}
//# sourceMappingURL=feed-cursor.js.map