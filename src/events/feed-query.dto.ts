import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsObject } from 'class-validator';

import { Optional } from '../api/field-rules.js';
import { Choice, ChoiceFilter, IdFilter, LimitParameter } from '../api/parameters.js';
import { eventTypes, type EventType } from './event.entity.js';
import { cursorPattern, parseCursor, type FeedCursor } from './feed-cursor.js';

/** The starts of the feed for a client without a cursor. */
const starts = ['beginning', 'now'] as const;

/** The filters and the start of the feed. */
export class FeedQuery {
  /** Only events after this cursor: the next_cursor of the page before, or the id of an event. */
  @FeedCursorField('must be a next_cursor of the feed, or the id of an event', { required: false })
  after?: FeedCursor;

  /** The start without `after`: the first event that is kept, or the next event from now on. */
  @Choice(starts, { default: 'beginning' })
  from: (typeof starts)[number] = 'beginning';

  /** The number of events of the page, at most 1,000. A stream has no pages. */
  @LimitParameter({ max: 1_000, default: 100 })
  limit = 100;

  /** Only events of this type. Repeat the parameter for several. */
  @ChoiceFilter(eventTypes)
  type?: EventType[];

  /** Only events of this ticket. */
  @IdFilter()
  ticket_id?: number;
}

/** A cursor of the feed, which the id of an event is too. */
export function FeedCursorField(message: string, { required = true } = {}): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: String, pattern: cursorPattern.source, example: '42-9f86d081', required }),
    ...(required ? [] : [Optional()]),
    // A list or a map is not a cursor, so the rule must not take it for one.
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (parseCursor(value) ?? value) : String(value),
    ),
    IsObject({ message }),
  );
}
