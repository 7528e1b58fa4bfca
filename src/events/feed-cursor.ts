/**
 * A place in the feed: the one just after an event, or where one could be. Unlike the cursors of lists it is not sealed:
 * consumers keep it for as long as they live, over every change of SECRET_KEY, and can learn nothing by making one up.
 */
export interface FeedCursor {
  position: number;
  id: number;
}

/** How a place is written: it is the cursor of the feed, and the id of an event. */
export const cursorPattern = /^(0|[1-9]\d{0,15})-(0|[1-9]\d{0,15})$/;

/** Writes a place. */
export function formatCursor({ position, id }: FeedCursor): string {
  return `${position}-${id}`;
}

/** Reads a place as it is written; undefined where it is none. */
export function parseCursor(written: string): FeedCursor | undefined {
  const [, position, id] = cursorPattern.exec(written) ?? [];
  const place = { position: Number(position), id: Number(id) };
  return Number.isSafeInteger(place.position) && Number.isSafeInteger(place.id) ? place : undefined;
}

/** Whether the first of two places comes before the second. */
export function isBefore(one: FeedCursor, other: FeedCursor): boolean {
  return one.position < other.position || (one.position === other.position && one.id < other.id);
}

/** The later of two places. */
export function maxCursor(one: FeedCursor, other: FeedCursor): FeedCursor {
  return isBefore(one, other) ? other : one;
}
