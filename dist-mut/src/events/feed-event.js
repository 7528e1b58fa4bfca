import { formatCursor } from './feed-cursor.js';
/** An event of the feed. */
export class FeedEvent {
    row;
    /** The cursor after the event. */
    cursor;
    text;
    constructor(row) {
        this.row = row;
        this.cursor = { number: row.number, tag: row.tag };
    }
    /** The type, for filters. */
    get type() {
        return this.row.type;
    }
    /** The id of the ticket, for filters; null for an event of an erasure. */
    get ticketId() {
        return this.row.ticket_id;
    }
    /** The address of the ticket in the tail, for filters; null or undefined if there is none. */
    get email() {
        return this.row.email;
    }
    /** The visibility of what the event is about. */
    get visibility() {
        return 'visibility' in this.row.data && this.row.data.visibility === 'internal' ? 'internal' : 'public';
    }
    /**
     * Returns the event as a CloudEvent.
     * @see CloudEvents 1.0.2, JSON Event Format
     */
    toJSON() {
        const { type, ticket_id, version, actor, at: time, data } = this.row;
        const id = formatCursor(this.cursor);
        const [source, subject] = ticket_id === null && 'erasure_id' in data ? ['/erasure', data.erasure_id] : ['/ticket', ticket_id];
        return {
            ...{ specversion: '1.0', id, source, type, subject: String(subject), time, cursor: id },
            data: { ...(ticket_id !== null && { ticket_id, version }), actor, ...data },
        };
    }
    /**
     * The event as a server-sent event. It is formatted once for all streams.
     * @see HTML, section 9.2, Server-sent events
     */
    get serverSentEvent() {
        this.text ??= `id: ${formatCursor(this.cursor)}\nevent: ${this.type}\ndata: ${JSON.stringify(this)}\n\n`;
        return this.text;
    }
}
//# sourceMappingURL=feed-event.js.map