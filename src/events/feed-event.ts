import type { Visibility } from '../api/audience.js';
import type { CloudEventDto } from './event.dto.js';
import type { EventType } from './event.entity.js';
import { formatCursor, type FeedCursor } from './feed-cursor.js';

/** An event as the statements of the feed return it. */
export interface FeedRow {
  number: number;
  tag: string;
  type: EventType;
  ticket_id: number | null;
  version: number | null;
  actor: string | null;
  at: string;
  data: object;
  /** The address of the ticket, in the tail. */
  email?: string | null;
}

/** An event of the feed. */
export class FeedEvent {
  /** The cursor after the event. */
  readonly cursor: FeedCursor;
  private text?: string;

  constructor(readonly row: FeedRow) {
    this.cursor = { number: row.number, tag: row.tag };
  }

  /** The visibility of what the event is about. */
  get visibility(): Visibility {
    return 'visibility' in this.row.data && this.row.data.visibility === 'internal' ? 'internal' : 'public';
  }

  /**
   * Returns the event as a CloudEvent.
   * @see CloudEvents 1.0.2, JSON Event Format
   */
  toJSON(): CloudEventDto {
    const { type, ticket_id, version, actor, at: time, data } = this.row;
    const id = formatCursor(this.cursor);
    const [source, subject] =
      ticket_id === null && 'erasure_id' in data ? ['/erasure', data.erasure_id] : ['/ticket', ticket_id];
    return {
      ...{ specversion: '1.0', id, source, type, subject: String(subject), time, cursor: id },
      data: { ...(ticket_id !== null && { ticket_id, version }), actor, ...data } as CloudEventDto['data'],
    };
  }

  /**
   * The event as a server-sent event. It is formatted once for all streams.
   * @see HTML, section 9.2, Server-sent events
   */
  get serverSentEvent(): string {
    this.text ??= `id: ${formatCursor(this.cursor)}\nevent: ${this.row.type}\ndata: ${JSON.stringify(this)}\n\n`;
    return this.text;
  }
}
