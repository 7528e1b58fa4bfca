import { Problem } from '../api/problem.js';

/**
 * A position in the feed: right after an event, or where an event could be. Unlike the cursors of lists it is not signed, because
 * consumers keep it across every change of SECRET_KEY, and a forged one reveals nothing.
 */
export interface FeedCursor {
  position: number;
  id: number;
}

/** The form of a cursor on the wire. It is the id of an event too. */
export const cursorPattern = /^(0|[1-9]\d{0,15})-(0|[1-9]\d{0,15})$/;

/** Formats a cursor. */
export function formatCursor({ position, id }: FeedCursor): string {
  return `${position}-${id}`;
}

/** Parses a cursor; undefined for a text that is none. */
export function parseCursor(text: string): FeedCursor | undefined {
  const [, position, id] = cursorPattern.exec(text) ?? [];
  const cursor = { position: Number(position), id: Number(id) };
  return Number.isSafeInteger(cursor.position) && Number.isSafeInteger(cursor.id) ? cursor : undefined;
}

/** Checks whether the first cursor comes before the second. */
export function isBefore(one: FeedCursor, other: FeedCursor): boolean {
  return one.position < other.position || (one.position === other.position && one.id < other.id);
}

/** Returns the later of two cursors. */
export function maxCursor(one: FeedCursor, other: FeedCursor): FeedCursor {
  return isBefore(one, other) ? other : one;
}

/** 410: retention has deleted some of the events after this cursor, so a client that went on would miss them. */
export class CursorExpired extends Problem {
  constructor(cursor: FeedCursor) {
    super('cursor-expired', `Events after ${formatCursor(cursor)} are no longer kept. Begin again.`);
  }
}
