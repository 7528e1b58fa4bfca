import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from 'pg';

import { aTicket, encode } from '../api.js';

/** What a client was told, or not: by the mark that it put into the text of what it wrote. */
export interface Ledger {
  /** Tickets and comments that were acknowledged. */
  tickets: Map<string, number>;
  comments: Map<string, number>;
  /** Moves that were acknowledged: the ticket and its version after the move. */
  moves: { id: number; version: number; to: string }[];
  /** Marks that were sent with an Idempotency-Key until an answer came: each is there exactly once. */
  repeated: Set<string>;
  /** Answers that none of these calls may get. */
  faults: string[];
  attempts: number;
  /** How many answers were 503. */
  unavailable: number;
  /** How long an answer took at the most, in milliseconds. */
  longestMs: number;
}

/** Lets clients write until they are told to stop, through whatever happens to the service and its database. */
export class CrashLoad {
  readonly ledger: Ledger = {
    ...{ tickets: new Map(), comments: new Map(), moves: [], repeated: new Set(), faults: [] },
    ...{ attempts: 0, unavailable: 0, longestMs: 0 },
  };
  private isOver = false;
  /** Begins all its marks, so that no other load has written them. */
  private readonly own = randomUUID();
  private readonly running: Promise<unknown>;

  constructor(
    private readonly url: string,
    clients: number,
  ) {
    this.running = Promise.all(Array.from({ length: clients }, (_, n) => this.client(n)));
  }

  /** Ends the load, once each client has had its last answer. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async client(n: number): Promise<void> {
    for (let turn = 0; !this.isOver; turn++) {
      const mark = `${this.own}-${n}-${turn}`;
      const id = await this.create(mark, turn % 2 === 0);
      if (id === undefined) continue;
      this.ledger.tickets.set(mark, id);
      const comment = await this.send('POST', `/ticket/${id}/comment`, { text: mark, email: aTicket.email });
      if (comment?.status === 201) this.ledger.comments.set(mark, id);
      for (const to of ['answered', 'awaited']) {
        const moved = await this.send('PUT', `/ticket/${id}`, { status: to });
        const version = Number(moved?.headers.get('etag')?.replaceAll('"', ''));
        if (moved?.status === 200) this.ledger.moves.push({ id, version, to });
      }
    }
  }

  /** Creates a ticket, once; with a key as often as it takes to hear of it. */
  private async create(mark: string, withKey: boolean): Promise<number | undefined> {
    const key = withKey ? { 'idempotency-key': mark } : {};
    for (;;) {
      const answer = await this.send('POST', '/ticket', { ...aTicket, text: mark }, key);
      if (answer?.status === 201) {
        if (withKey) this.ledger.repeated.add(mark);
        return (answer.body as { id: number }).id;
      }
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
      if (![200, 201, 409, 503].includes(status)) this.ledger.faults.push(`${method} ${path} ${status}`);
      if (status === 503) {
        this.ledger.unavailable++;
        await sleep(20);
      }
      return { status, headers: response.headers, body: await response.json() };
    } catch {
      // Whether it took effect is not known.
      await sleep(20);
      return undefined;
    }
  }
}

/** Rows that contradict each other: none may ever be there, whenever a process died. */
const contradictions = `
  SELECT ticket.id FROM ticket
  LEFT JOIN LATERAL (
    SELECT count(*) AS events, max(version) AS last, count(*) FILTER (WHERE type = 'comment.added') AS comments,
      (array_agg(data ->> 'to' ORDER BY version DESC) FILTER (WHERE type = 'ticket.status_changed'))[1] AS status
    FROM event WHERE ticket_id = ticket.id
  ) AS told ON true
  LEFT JOIN LATERAL (SELECT count(*) AS comments FROM comment WHERE ticket_id = ticket.id) AS rows ON true
  WHERE told.events <> ticket.version OR told.last <> ticket.version OR told.comments <> ticket.comment_count
    OR rows.comments <> ticket.comment_count OR coalesce(told.status, 'opened') <> ticket.status::text
  UNION ALL SELECT ticket_id FROM event WHERE NOT EXISTS (SELECT FROM ticket WHERE id = ticket_id)`;

/** What is wrong with what the database holds, after all that the clients were told. */
export async function judgeLedger(ledger: Ledger, database: Client) {
  const marks = async (table: string) => {
    const { rows } = await database.query<{ text: string; of: number; times: number }>(
      `SELECT text, min(${table === 'ticket' ? 'id' : 'ticket_id'})::integer AS of, count(*)::integer AS times
       FROM ${table} GROUP BY text`,
    );
    return new Map(rows.map((row) => [row.text, row]));
  };
  const [tickets, comments] = [await marks('ticket'), await marks('comment')];
  const lost = (told: Map<string, number>, kept: typeof tickets) =>
    [...told].filter(([mark, id]) => kept.get(mark)?.of !== id).map(([mark]) => mark);
  const { rows: events } = await database.query<{ key: string }>(
    `SELECT ticket_id || ' ' || version || ' ' || (data ->> 'to') AS key FROM event WHERE type = 'ticket.status_changed'`,
  );
  const moved = new Set(events.map(({ key }) => key));
  return {
    lostTickets: lost(ledger.tickets, tickets),
    lostComments: lost(ledger.comments, comments),
    lostMoves: ledger.moves.filter(({ id, version, to }) => !moved.has(`${id} ${version} ${to}`)),
    twice: [...tickets.values(), ...comments.values()].filter(({ times }) => times > 1),
    contradictions: (await database.query(contradictions)).rows,
    faults: ledger.faults,
  };
}

/** What `judgeLedger` finds where nothing is wrong. */
export const nothingWrong = {
  ...{ lostTickets: [], lostComments: [], lostMoves: [], twice: [], contradictions: [], faults: [] },
};
