/*
 * Calls every operation with every parameter as a requester, and looks for what the requester may not see.
 */

import pLimit from 'p-limit';

import { json, type ApiResponse } from '../api.js';
import type { OpenApi, Operation } from '../openapi.js';
import { agent } from '../requesters.js';
import { secretPattern, type KnownTicket, type Owner, type RequesterWorld } from './requester-world.js';

/** An id of nothing. */
const nothing = 7_999_999;

/** Ids of tickets, comments and attachments of a `Desk`. */
const idPattern = /(?<!\d)(?:71|82|93)\d{5}(?!\d)/g;

/** Texts that no successful response to a requester contains: fields of the team, their values, and the visibility `internal`. */
const ofTeam = [
  ...['assignee', 'priority', 'tags', 'metadata', 'external_id', 'due_at', 'urgent', '2031-01-01'],
  ...['internal', 'sub-of-', agent],
];

/** A request, with the operation that it calls. */
interface Call {
  operation: Operation;
  path: string;
  fields: object | undefined;
}

/** Bodies that are valid for the team, by operation. */
const bodies: Record<string, (owner: Owner) => object> = {
  'post /ticket': ({ email }) => ({ theme: 'New', text: 'New', email }),
  'put /ticket/{ticket_id}': () => ({ status: 'closed' }),
  'patch /ticket/{ticket_id}': () => ({ priority: 'low' }),
  'post /ticket/{ticket_id}/claim': () => ({ assignee: 'me' }),
  'post /ticket/{ticket_id}/comment': ({ email }) => ({ text: 'New', email }),
  'post /ticket/{ticket_id}/attachment': () => ({ name: 'a', content_type: 'text/plain', size: 1 }),
  'post /erasure': ({ email }) => ({ email, mode: 'delete' }),
  'post /webhook': () => ({ url: 'https://example.com' }),
};

/** Walks the operations as one requester. */
export class RequesterWalk {
  /** Leaks: texts in responses that the requester must not see. */
  readonly leaks: object[] = [];
  /** The texts that were seen. */
  readonly seen = new Set<string>();
  private readonly allowed: Set<string>;

  constructor(
    private readonly world: RequesterWorld,
    private readonly owner: Owner,
    private readonly openApi: OpenApi,
    /** Cursors of other readers. */
    private readonly cursors: { feed: string; tickets: string },
  ) {
    const own = world.of(owner);
    this.allowed = new Set([
      ...own.flatMap(({ searchable, shown, ids }) => [...searchable, ...shown, ...ids.map(String)]),
      ...(owner.email.match(secretPattern) ?? []),
    ]);
  }

  /** Reads with every parameter, then writes. */
  async run(): Promise<void> {
    const calls = this.openApi.operations.flatMap((operation) => this.callsOf(operation));
    const limit = pLimit(4);
    const [reads, writes] = [true, false].map((isRead) =>
      calls.filter(({ operation }) => (operation.method === 'get') === isRead),
    );
    await Promise.all((reads ?? []).map((call) => limit(() => this.call(call))));
    for (const call of writes ?? []) await this.call(call);
  }

  /** Sends one request, and looks at its answer. */
  private async call({ operation, path, fields }: Call): Promise<void> {
    const sent = JSON.stringify(fields);
    const init = fields ? json(sent) : {};
    const headers = { ...(init.headers as object), 'x-request-id': 'fixed' };
    const method = operation.method.toUpperCase();
    const response = await this.owner.api.send(method, path, { ...init, headers, redirect: 'manual' });
    // What the requester has just created.
    if (response.status === 201) this.allowed.add(String((response.body as { id: number }).id));
    this.look(`${method} ${path}`, `${path} ${sent}`, response);
  }

  private look(call: string, sent: string, { status, body, headers }: ApiResponse<unknown>): void {
    const fields = [...headers].filter(([name]) => name !== 'date');
    const text = JSON.stringify([body, fields]);
    // A cursor is signed, not encrypted.
    const cursors = [...text.matchAll(/cursor(?:=|":")([\w-]{20,})/g)].map(([, cursor = '']) =>
      Buffer.from(cursor, 'base64url').toString('latin1'),
    );
    const whole = [decodeURIComponent(text.replaceAll('%', '%25').replaceAll('%25', '%')), ...cursors].join(
      ' ',
    );
    const isEcho = (found: string) => sent.includes(found);
    // The numbers of metrics are no ids.
    const ids = isPublic(call) ? [] : (whole.match(idPattern) ?? []);
    for (const found of [...(whole.match(secretPattern) ?? []), ...ids]) {
      if (this.allowed.has(found)) this.seen.add(found);
      else if (!isEcho(found)) this.leaks.push({ call, status, found, text });
    }
    for (const word of status < 400 ? ofTeam : [])
      if (text.includes(word) && !isEcho(word) && !isPublic(call)) this.leaks.push({ call, word, text });
    const [etag, cache] = [headers.get('etag'), headers.get('x-cache')];
    if ((etag !== null && !etag.endsWith('-r"')) || (cache !== null && cache !== 'BYPASS'))
      this.leaks.push({ call, etag, cache });
  }

  private callsOf(operation: Operation): Call[] {
    const { tickets } = this.world;
    const { method, path, parameters } = operation;
    const fields = bodies[`${method} ${path}`]?.(this.owner);
    const unknown = tickets.slice(0, 1).map((ticket) => ({ ...ticket, id: nothing }));
    const targets = path.includes('{ticket_id}') ? [...tickets, ...unknown] : unknown;
    const queries = parameters.filter((parameter) => parameter.in === 'query');
    return targets.flatMap((ticket) =>
      this.pathsOf(path, ticket).flatMap((target) => {
        const asked = queries.flatMap(({ name, schema }) => {
          const values = this.openApi.resolve(schema).enum ?? this.valuesOf(name);
          return values.map((value) => `${target}?${name}=${encodeURIComponent(value)}`);
        });
        return [target, ...asked].map((each) => ({ operation, path: each, fields }));
      }),
    );
  }

  /** The paths of an operation on a ticket: with each of its comments and attachments, and one of another ticket. */
  private pathsOf(path: string, ticket: KnownTicket): string[] {
    const { tickets, texts } = this.world;
    const others = tickets.flatMap(({ comments, attachments }) => [
      ...comments.map(({ id }) => id),
      ...attachments,
    ]);
    const comments = [...ticket.comments.map(({ id }) => id), ...others.slice(0, 1), nothing];
    const attachments = [...ticket.attachments, ...others.slice(-1), nothing];
    const target = path.replace('{ticket_id}', String(ticket.id)).replace('{tag}', texts[0] ?? '');
    if (target.includes('{comment_id}'))
      return comments.map((id) => target.replace('{comment_id}', String(id)));
    if (target.includes('{attachment_id}'))
      return attachments.map((id) => target.replace('{attachment_id}', String(id)));
    return [target.replace(/\{\w+\}/, '1')];
  }

  /** Values of a query parameter. A new parameter must be entered here. */
  private valuesOf(name: string): string[] {
    const { tickets, texts, owners } = this.world;
    const ids = [...tickets.map(({ id }) => String(id)), String(nothing)];
    if (/_(from|to)$/.test(name)) return ['2020-01-01T00:00:00Z', '2040-01-01T00:00:00Z'];
    const values: Record<string, string[]> = {
      ...{ q: texts.slice(-4), email: owners.map(({ email }) => email), follows: ids, ticket_id: ids },
      ...{ limit: ['1', '100'], cursor: [this.cursors.tickets], after: [this.cursors.feed] },
      ...{ assignee: texts.slice(-3), tag: texts.slice(-3), external_id: texts.slice(-3), metadata: ['a'] },
      ...{ status: ['opened', 'closed'], state: ['pending'], type: ['comment.added', 'ticket.updated'] },
      // A signed URL is refused without all of its parameters.
      ...{ priority: ['urgent'], expires: ['1'], caller: [], signature: [] },
    };
    const found = values[name];
    if (!found) throw new Error(`The walk knows no values of the parameter ${name}`);
    return found;
  }
}

/** The answers of endpoints that are public say nothing about tickets. */
function isPublic(call: string): boolean {
  return /^GET \/(metrics|health\/\w+)?$/.test(call);
}
