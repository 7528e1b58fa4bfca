import type { CloudEventDto } from './dto/cloud-event.dto.js';
import type { EventType } from './event.entity.js';
import { formatCursor, type FeedCursor } from './feed-cursor.js';

/** What the SQL of the feed returns of an event. */
export interface FeedRow {
  position: number;
  id: number;
  type: EventType;
  ticket_id: number;
  version: number;
  actor: string | null;
  at: string;
  data: object;
}

/** An event of the feed: what is shown of it, and what it is chosen by. */
export class FeedEvent {
  /** Where it stands in the feed. */
  readonly cursor: FeedCursor;
  private sent?: string;

  constructor(private readonly row: FeedRow) {
    this.cursor = { position: row.position, id: row.id };
  }

  /** What happened. */
  get type(): EventType {
    return this.row.type;
  }

  /** The ticket it happened to. */
  get ticketId(): number {
    return this.row.ticket_id;
  }

  /**
   * The event as it is shown.
   * @see CloudEvents 1.0.2, JSON Event Format
   */
  toJSON(): CloudEventDto {
    const { type, ticket_id, version, actor, at, data } = this.row;
    const id = formatCursor(this.cursor);
    return {
      specversion: '1.0',
      id,
      source: '/ticket',
      type,
      subject: String(ticket_id),
      time: at,
      cursor: id,
      data: { ticket_id, version, actor, ...data },
    };
  }

  /**
   * The event as it is streamed, made once for all streams.
   * @see HTML, section 9.2, Server-sent events
   */
  get text(): string {
    this.sent ??= `id: ${formatCursor(this.cursor)}\nevent: ${this.type}\ndata: ${JSON.stringify(this)}\n\n`;
    return this.sent;
  }
}
