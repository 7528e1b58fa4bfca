import { Transform } from 'class-transformer';
import { IsIn, IsObject, IsOptional, Max } from 'class-validator';
import { ApiPropertyOptional } from '@nestjs/swagger';

import { IsId, IsLimit, IsOptionalChoice } from '../../api/fields.js';
import { eventTypes, type EventType } from '../event.entity.js';
import { parseCursor, cursorPattern, type FeedCursor } from '../feed-cursor.js';

/** Where the feed can be read from without a cursor. */
const starts = ['beginning', 'now'] as const;

/** Which events to read, and from where on. */
export class FeedQuery {
  /** Only what follows this place: the next_cursor of the page before, or the id of an event. */
  @ApiPropertyOptional({ type: String, pattern: cursorPattern.source, example: '731-42' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? (parseCursor(value) ?? value) : value,
  )
  @IsObject({ message: 'must be a next_cursor of the feed, or the id of an event' })
  after?: FeedCursor;

  /** Where to begin without `after`: with the first event that is kept, or with what happens from now on. */
  @ApiPropertyOptional({ enum: starts, default: 'beginning' })
  @IsIn(starts, { message: `must be one of ${starts.join(', ')}` })
  from: (typeof starts)[number] = 'beginning';

  /** How many events the page may have: 1 to 1,000. A stream has no pages. */
  @IsLimit(1_000, 100)
  limit = 100;

  /** Only events of this type; repeat it for several. */
  @IsOptionalChoice(eventTypes)
  type?: EventType[];

  /** Only events of this ticket. */
  @ApiPropertyOptional({ type: 'integer', format: 'int64', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  @IsOptional()
  @Max(Number.MAX_SAFE_INTEGER, { message: 'is larger than any id can be' })
  @IsId()
  ticket_id?: number;
}
