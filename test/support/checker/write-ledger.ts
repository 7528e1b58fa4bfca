/*
 * Proves that no acknowledged write is lost, done twice or done in part: clients mark each write, keep a ledger of the
 * acknowledgements, and compare it with the database.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from 'pg';

import { aTicket, encode } from '../api.js';

/** The outcomes of all writes, by the unique mark in the text of each. */
interface Ledger {
  /** Ids of the tickets, by the marks of acknowledged tickets and comments. */
  tickets: Map<string, number>;
  comments: Map<string, number>;
  /** Acknowledged transitions: the ticket and its version afterwards. */
  transitions: { id: number; version: number; to: string }[];
  /** Responses with a status that none of these requests may get. */
  unexpected: string[];
  attempts: number;
  /** Number of responses with status 503. */
  unavailable: number;
  /** Longest response time. */
  longestMs: number;
}

/** Clients that write until `stop`, whatever happens to the service and its database. */
export class WriteLoad {
  readonly ledger: Ledger = {
    ...{ tickets: new Map(), comments: new Map(), transitions: [], unexpected: [] },
    ...{ attempts: 0, unavailable: 0, longestMs: 0 },
  };
  private isOver = false;
  /** Prefix of all marks of this load. */
  private readonly prefix = randomUUID();
  private readonly running: Promise<unknown>;

  constructor(
    private readonly url: string,
    clients: number,
  ) {
    this.running = Promise.all(Array.from({ length: clients }, (_, n) => this.client(n)));
  }

  /** Number of writes that were acknowledged. */
  get acknowledged(): number {
    const { tickets, comments, transitions } = this.ledger;
    return tickets.size + comments.size + transitions.length;
  }

  /** Ends the load; resolves once each client has received its last response. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async client(n: number): Promise<void> {
    for (let turn = 0; !this.isOver; turn++) {
      const mark = `${this.prefix}-${n}-${turn}`;
      const id = await this.create(mark, turn % 2 === 0);
      if (id === undefined) continue;
      this.ledger.tickets.set(mark, id);
      const comment = await this.send('POST', `/ticket/${id}/comment`, { text: mark, email: aTicket.email });
      if (comment?.status === 201) this.ledger.comments.set(mark, id);
      for (const to of ['answered', 'awaited']) {
        const updated = await this.send('PUT', `/ticket/${id}`, { status: to });
        const version = Number(updated?.headers.get('etag')?.replaceAll('"', ''));
        if (updated?.status === 200) this.ledger.transitions.push({ id, version, to });
      }
    }
  }

  /** Creates a ticket; with an Idempotency-Key the request is repeated until it is acknowledged. */
  private async create(mark: string, withKey: boolean): Promise<number | undefined> {
    const key = withKey ? { 'idempotency-key': mark } : {};
    for (;;) {
      const response = await this.send('POST', '/ticket', { ...aTicket, text: mark }, key);
      if (response?.status === 201) return (response.body as { id: number }).id;
      if (!withKey || this.isOver) return undefined;
    }
  }

  private async send(method: string, path: string, fields: Record<string, string>, more = {}) {
    this.ledger.attempts++;
    const begin = performance.now();
    const { body = '', headers } = encode(fields, 'JSON');
    try {
      const signal = AbortSignal.timeout(10_000);
      const init = { method, body: body ?? '', headers: { ...(headers as object), ...more }, signal };
      const response = await fetch(this.url + path, init);
      const { status } = response;
      this.ledger.longestMs = Math.max(this.ledger.longestMs, performance.now() - begin);
      if (![200, 201, 409, 503].includes(status)) this.ledger.unexpected.push(`${method} ${path} ${status}`);
      if (status === 503) {
        this.ledger.unavailable++;
        await sleep(20);
      }
      return { status, headers: response.headers, body: await response.json() };
    } catch {
      // It is unknown if the write took effect.
      await sleep(20);
      return undefined;
    }
  }
}

/** Selects tickets with contradictory row, comments and events, which prove that a write took effect in part. */
const contradictions = `
  SELECT ticket.id FROM ticket
  LEFT JOIN LATERAL (
    SELECT count(*) AS events, max(version) AS last, count(*) FILTER (WHERE type = 'comment.added') AS comments,
      (array_agg(data ->> 'to' ORDER BY version DESC) FILTER (WHERE type = 'ticket.status_changed'))[1] AS status
    FROM event WHERE ticket_id = ticket.id
  ) AS log ON true
  LEFT JOIN LATERAL (SELECT count(*) AS comments FROM comment WHERE ticket_id = ticket.id) AS rows ON true
  WHERE log.events <> ticket.version OR log.last <> ticket.version OR log.comments <> ticket.comment_count
    OR rows.comments <> ticket.comment_count OR coalesce(log.status, 'opened') <> ticket.status::text
  UNION ALL SELECT ticket_id FROM event WHERE NOT EXISTS (SELECT FROM ticket WHERE id = ticket_id)`;

/** Compares the database with the acknowledgements of the ledger. */
export async function checkLedger(ledger: Ledger, database: Client) {
  const marks = async (table: string) => {
    const { rows } = await database.query<{ text: string; of: number; times: number }>(
      `SELECT text, min(${table === 'ticket' ? 'id' : 'ticket_id'})::integer AS of, count(*)::integer AS times
       FROM ${table} GROUP BY text`,
    );
    return new Map(rows.map((row) => [row.text, row]));
  };
  const [tickets, comments] = [await marks('ticket'), await marks('comment')];
  const lost = (acknowledged: Map<string, number>, stored: typeof tickets) =>
    [...acknowledged].filter(([mark, id]) => stored.get(mark)?.of !== id).map(([mark]) => mark);
  const { rows: events } = await database.query<{ key: string }>(
    `SELECT ticket_id || ' ' || version || ' ' || (data ->> 'to') AS key FROM event WHERE type = 'ticket.status_changed'`,
  );
  const transitions = new Set(events.map(({ key }) => key));
  return {
    lostTickets: lost(ledger.tickets, tickets),
    lostComments: lost(ledger.comments, comments),
    lostTransitions: ledger.transitions.filter(
      ({ id, version, to }) => !transitions.has(`${id} ${version} ${to}`),
    ),
    duplicates: [...tickets.values(), ...comments.values()].filter(({ times }) => times > 1),
    contradictions: (await database.query(contradictions)).rows,
    unexpected: ledger.unexpected,
  };
}

/** The result of `checkLedger` without a finding. */
export const noFindings = {
  ...{ lostTickets: [], lostComments: [], lostTransitions: [] },
  ...{ duplicates: [], contradictions: [], unexpected: [] },
};
