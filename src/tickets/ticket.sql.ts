import type { TicketDto } from './dto/ticket.dto.js';

/** What the SQL of a ticket returns: what is shown of it, but the link to more comments, and its version. */
export type TicketRow = Omit<TicketDto, 'comments_next'> & { version: number };

/** How many comments a ticket is shown with. */
export const embeddedComments = 100;

/** The columns of a ticket that are shown, in their order. */
export function columns(table: string): string {
  return ['id', 'theme', 'text', 'email', 'status', 'created_at', 'updated_at', 'comment_count']
    .map((column) => `${table}.${column}`)
    .join(', ');
}

/** The first comments of a ticket as a JSON array, in the shape of CommentDto. */
export function firstComments(ticketId: string): string {
  return `
    coalesce((
      SELECT json_agg(json_build_object(
        'id', id, 'ticket_id', ticket_id, 'text', text, 'email', email,
        'created_at', to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY id)
      FROM (SELECT * FROM comment WHERE ticket_id = ${ticketId} ORDER BY id LIMIT ${embeddedComments}) AS first
    ), '[]') AS comments`;
}
