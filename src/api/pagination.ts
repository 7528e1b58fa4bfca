import type { Type } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';

import type { Cursors, SortKeys } from './cursors.js';
import { CursorParameter, LimitParameter } from './parameters.js';

/** A page of a list. */
export class Page<Item> {
  constructor(
    readonly items: Item[],
    /** The cursor of the next page; null on the last one. */
    readonly next_cursor: string | null,
    /** The query parameter that takes the cursor. */
    readonly cursorParameter = 'cursor',
  ) {}

  /** Returns the body, without what only the Link header needs. */
  toJSON(): object {
    return { items: this.items, next_cursor: this.next_cursor };
  }
}

/**
 * Creates the class of a page for /docs.
 * @param schema the schema of the items; by default that of their class
 */
export function PageDto<Item>(item: Type<Item>, schema: ApiPropertyOptions = { type: [item] }) {
  class PageOfItems {
    @ApiProperty({ ...schema, description: 'The items of this page.' })
    items!: Item[];

    @ApiProperty({
      ...{ type: String, nullable: true, example: null },
      description: 'The value to send as `cursor` for the next page; null on the last page.',
    })
    next_cursor!: string | null;
  }
  return PageOfItems;
}

/** The page size of a list without `limit`. */
export const defaultLimit = 20;

/** The parameters of every list. */
export class PageQuery {
  /** The number of items of the page. */
  @LimitParameter({ max: 100, default: defaultLimit })
  limit = defaultLimit;

  /** The next_cursor of the previous page. */
  @CursorParameter()
  cursor?: string;
}

/** Cuts a page from rows that were read with one more row than it holds: the extra row shows that a next page exists. */
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
