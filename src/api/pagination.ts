import { IsOptional, IsString } from 'class-validator';
import { ApiPropertyOptional } from '@nestjs/swagger';

import type { Cursors, SortKeys } from './cursors.js';
import { IsLimit } from './fields.js';

/** A page of a list, and where the next one begins. */
export class Page<Item> {
  constructor(
    readonly items: Item[],
    readonly next_cursor: string | null,
  ) {}

  /** The query parameter that next_cursor is handed back in. */
  cursorParameter(): string {
    return 'cursor';
  }
}

/** How many items a page has where nobody says how many. */
export const defaultLimit = 20;

/** The parameters of every list. */
export class PageQuery {
  /** How many items the page may have: 1 to 100. */
  @IsLimit(100, defaultLimit)
  limit = defaultLimit;

  /** The next_cursor of the page before; without it the list begins. */
  @ApiPropertyOptional({ type: String })
  @IsOptional()
  @IsString({ message: 'must be a single value' })
  cursor?: string;
}

/**
 * Cuts a page from what was read: one row more than the page shows says that there is a next one.
 * @param sortKeysOf the sort keys of an item
 */
export function cutPage<Item>(
  rows: Item[],
  limit: number,
  { cursors, list, sortKeysOf }: { cursors: Cursors; list: string; sortKeysOf: (item: Item) => SortKeys },
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last !== undefined ? cursors.seal(list, sortKeysOf(last)) : null;
  return new Page(items, next);
}
