import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { ApiPropertyOptional } from '@nestjs/swagger';

import type { Cursors, Position } from './cursors.js';

/** A page of a list, and where the next one begins. */
export class Page<Item> {
  constructor(
    readonly items: Item[],
    readonly next_cursor: string | null,
  ) {}
}

/** The largest page. */
const mostItems = 100;

/** A number written without sign, point, exponent or leading zeros; what is written otherwise stays as it is. */
function toWholeNumber(value: unknown): unknown {
  return typeof value === 'string' && /^[1-9]\d{0,2}$/.test(value) ? Number(value) : value;
}

/** The parameters of every list. */
export class PageQuery {
  /** How many items the page may have: 1 to 100. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: mostItems, default: 20 })
  @Transform(({ value }: { value: unknown }) => toWholeNumber(value))
  @Max(mostItems, { message: `must be at most ${mostItems}` })
  @Min(1, { message: 'must be a whole number from 1 to 100' })
  @IsInt({ message: 'must be a whole number from 1 to 100' })
  limit = 20;

  /** The next_cursor of the page before; without it the list begins. */
  @ApiPropertyOptional({ type: String })
  @IsOptional()
  @IsString({ message: 'must be a single value' })
  cursor?: string;
}

/**
 * Cuts a page from what was read: one row more than the page shows says that there is a next one.
 * @param positionOf the sort keys of an item
 */
export function cutPage<Item>(
  rows: Item[],
  limit: number,
  { cursors, list, positionOf }: { cursors: Cursors; list: string; positionOf: (item: Item) => Position },
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last !== undefined ? cursors.seal(list, positionOf(last)) : null;
  return new Page(items, next);
}
