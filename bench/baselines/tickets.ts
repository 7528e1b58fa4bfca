import type { RedisClientType } from '@redis/client';
import type { QueryConfig, QueryResult } from 'pg';

import { ticketColumns } from './stores.js';

/** Runs a statement on a connection; each baseline has its own way. */
export type Query = (statement: QueryConfig) => Promise<QueryResult<Record<string, unknown>>>;

const sources: Record<string, string[]> = {
  answered: ['opened', 'awaited'],
  awaited: ['answered'],
  closed: ['opened', 'answered', 'awaited'],
};

const commentColumns =
  'id, ticket_id, text, email, author, visibility, redacted_at, ticket_version, created_at';

const insertTicket = `
  WITH created AS (
    INSERT INTO ticket (theme, text, email) VALUES ($1, $2, $3) RETURNING *
  ), recorded AS (
    INSERT INTO event (type, ticket_id, version, at, data)
    SELECT 'ticket.created', id, version, now(), '{}'::json FROM created
  )
  SELECT ${ticketColumns}, version FROM created`;

const selectTicket = `
  SELECT ${ticketColumns}, version, coalesce((
    SELECT json_agg(c ORDER BY c.id)
    FROM (SELECT ${commentColumns} FROM comment WHERE ticket_id = ticket.id ORDER BY id LIMIT 100) AS c), '[]') AS comments
  FROM ticket WHERE id = $1`;

const updateStatus = `
  WITH locked AS (
    SELECT id, status FROM ticket WHERE id = $1 FOR NO KEY UPDATE
  ), updated AS (
    UPDATE ticket SET status = $2, version = version + 1, updated_at = clock_timestamp()
    FROM locked WHERE ticket.id = locked.id AND locked.status = ANY ($3::ticket_status[])
    RETURNING ticket.*, locked.status AS previous_status
  ), recorded AS (
    INSERT INTO event (type, ticket_id, version, at, data)
    SELECT 'ticket.status_changed', id, version, now(), json_build_object('from', previous_status, 'to', status)
    FROM updated
  )
  SELECT ${ticketColumns}, version, '[]'::json AS comments FROM updated`;

const addComment = `
  WITH changed AS (
    UPDATE ticket SET comment_count = comment_count + 1, version = version + 1, updated_at = clock_timestamp()
    WHERE id = $1 AND status <> 'closed' RETURNING id, version
  ), added AS (
    INSERT INTO comment (ticket_id, text, email, ticket_version) SELECT id, $2, $3, version FROM changed
    RETURNING ${commentColumns}
  ), recorded AS (
    INSERT INTO event (type, ticket_id, version, at, data)
    SELECT 'comment.added', changed.id, version, now(), json_build_object('comment_id', added.id)
    FROM changed CROSS JOIN added
  )
  SELECT * FROM added`;

const listTickets = `SELECT ${ticketColumns} FROM ticket ORDER BY created_at DESC, id DESC LIMIT $1`;

/** A ticket as JSON, with its ETag. */
export interface TicketResponse {
  body: string;
  etag: string;
}

/** The endpoints in as little code as possible: hand-written SQL, and a cache entry that is deleted after a write. */
export class Tickets {
  constructor(
    private readonly query: Query,
    private readonly redis: RedisClientType,
  ) {}

  async create(theme: string, text: string, email: string): Promise<TicketResponse> {
    const row = await this.one('create', insertTicket, [theme, text, email]);
    return toResponse({ ...row, comments: [] });
  }

  async find(id: number): Promise<TicketResponse | undefined> {
    const cached = await this.redis.get(`t:${id}`);
    if (cached !== null) {
      const end = cached.indexOf('\n');
      return { etag: cached.slice(0, end), body: cached.slice(end + 1) };
    }
    const row = await this.one('find', selectTicket, [id]);
    if (!row) return undefined;
    const ticket = toResponse(row);
    await this.redis.set(`t:${id}`, `${ticket.etag}\n${ticket.body}`, { EX: 300 });
    return ticket;
  }

  async transition(id: number, status: string): Promise<TicketResponse | undefined> {
    const row = await this.one('transition', updateStatus, [id, status, sources[status] ?? []]);
    if (!row) return undefined;
    await this.redis.del(`t:${id}`);
    return toResponse(row);
  }

  async comment(id: number, text: string, email: string): Promise<string | undefined> {
    const row = await this.one('comment', addComment, [id, text, email]);
    if (!row) return undefined;
    await this.redis.del(`t:${id}`);
    return JSON.stringify(row);
  }

  async list(limit: number): Promise<string> {
    const { rows } = await this.query({ name: 'list', text: listTickets, values: [limit] });
    return JSON.stringify({ items: rows, next_cursor: 'x' });
  }

  private async one(
    name: string,
    text: string,
    values: unknown[],
  ): Promise<Record<string, unknown> | undefined> {
    const { rows } = await this.query({ name, text, values });
    return rows[0];
  }
}

function toResponse({ version, ...ticket }: Record<string, unknown>): TicketResponse {
  return { etag: `"${String(version)}"`, body: JSON.stringify({ ...ticket, comments_next: null }) };
}
