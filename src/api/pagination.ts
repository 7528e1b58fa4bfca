import type { Type } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';

import type { Cursors, SortKeys } from './cursors.js';
import { CursorParameter, LimitParameter } from './parameters.js';

/** A page ends with the item that passes this size, even if fewer items than its limit fit. */
const maxPageBytes = 1024 * 1024;

/** A page of a list. */
export class Page<Item> {
  private text: string | undefined;

  /**
   * @param items the items
   * @param next_cursor the cursor of the next page; null on the last one
   * @param cursorParameter the query parameter that takes the cursor
   * @param texts the items as JSON
   */
  constructor(
    readonly items: Item[],
    readonly next_cursor: string | null,
    readonly cursorParameter = 'cursor',
    private readonly texts = items.map((item) => JSON.stringify(item)),
  ) {}

  /** Returns the body as JSON. Responses that share a page share it. */
  toText(): string {
    this.text ??= `{"items":[${this.texts.join()}],"next_cursor":${JSON.stringify(this.next_cursor)}}`;
    return this.text;
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

/** The list that a page is cut from. */
interface PageSource<Item> {
  cursors: Cursors;
  /** The name of the list, which a cursor is valid for. */
  list: string;
  sortKeysOf: (item: Item) => SortKeys;
  /** The item after which others may follow, although the rows are fewer than the limit. It need not be in the list. */
  end?: Item | undefined;
}

/** Cuts a page from rows that were read with one more row than its limit: a row that is left shows that a next page exists. */
export function cutPage<Item>(
  rows: Item[],
  limit: number,
  { cursors, list, sortKeysOf, end }: PageSource<Item>,
): Page<Item> {
  const texts: string[] = [];
  let bytes = 0;
  for (const row of rows.slice(0, limit)) {
    const text = JSON.stringify(row);
    bytes += Buffer.byteLength(text);
    texts.push(text);
    if (bytes > maxPageBytes) break;
  }
  const items = rows.slice(0, texts.length);
  const last = rows.length > items.length ? items.at(-1) : end;
  const next = last === undefined ? null : cursors.seal(list, sortKeysOf(last));
  return new Page(items, next, 'cursor', texts);
}
