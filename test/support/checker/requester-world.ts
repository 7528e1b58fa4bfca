/*
 * Tickets of several requesters, with a record of who may see which of their texts and ids.
 */

import fc from 'fast-check';

import type { Api } from '../api.js';
import { Attachments } from '../attachments.js';
import type { Desk } from '../requesters.js';

const kinds = [
  ...(['public comment', 'internal comment', 'own comment', 'hidden change', 'mixed change'] as const),
  ...([
    'answer',
    'public attachment',
    'internal attachment',
    'own attachment',
    'pending attachment',
  ] as const),
  ...(['removed attachment', 'move', 'redaction'] as const),
];

/** A plan of tickets, each with its requester, the earlier ticket that it follows, and what happens to it. */
export const plans = fc
  .array(
    fc.record({
      owner: fc.nat(2),
      byTeam: fc.boolean(),
      follows: fc.nat(9),
      steps: fc.array(fc.record({ kind: fc.constantFrom(...kinds), owner: fc.nat(2) }), { maxLength: 8 }),
    }),
    { minLength: 3, maxLength: 5 },
  )
  // Each requester has a ticket.
  .map((tickets) => tickets.map((ticket, n) => (n < 3 ? { ...ticket, owner: n } : ticket)));
type Plan = typeof plans extends fc.Arbitrary<infer Value> ? Value : never;
type Kind = (typeof kinds)[number];

/** A ticket, with what its requester may see, now and after a change of its address. */
export interface KnownTicket {
  id: number;
  owner: Owner;
  /** Texts of theme, text and public comments, which a search finds. */
  searchable: string[];
  /** Other texts that its requester sees. */
  shown: string[];
  /** The ids that its requester sees, its own too. */
  ids: number[];
  comments: { id: number; text: string }[];
  attachments: number[];
  publicComments: number;
}

/** A requester, with its client. */
export interface Owner {
  email: string;
  api: Api;
}

/** The form of every text that is looked for. */
export const secretPattern = /secret\d+word/g;
let secrets = 0;

/** The tickets of a plan. */
export class RequesterWorld {
  readonly tickets: KnownTicket[] = [];
  readonly owners: Owner[] = [];
  /** All texts of the world, for all readers. */
  readonly texts: string[] = [];

  constructor(private readonly desk: Desk) {}

  async build(plan: Plan): Promise<this> {
    for (let n = 0; n < 3; n++) {
      const email = `Owner.${this.secret()}@Example.com`;
      this.owners.push({ email, api: await this.desk.requester(email.toUpperCase()) });
    }
    for (const { owner, byTeam, follows, steps } of plan) {
      const ticket = await this.create(this.owners[owner], byTeam, this.tickets[follows]?.id);
      for (const step of steps) await this.act(ticket, step.kind, this.owners[step.owner]);
    }
    return this;
  }

  /** Returns the tickets of a requester. */
  of(owner: Owner): KnownTicket[] {
    return this.tickets.filter((ticket) => ticket.owner === owner);
  }

  private secret(): string {
    const text = `secret${++secrets}word`;
    this.texts.push(text);
    return text;
  }

  private async create(owner: Owner | undefined, byTeam: boolean, follows?: number): Promise<KnownTicket> {
    if (!owner) throw new Error('The plan names no requester');
    const searchable = [this.secret(), this.secret()];
    const [theme = '', text = ''] = searchable;
    const hidden = { external_id: this.secret(), metadata: { key: this.secret() }, tags: [this.secret()] };
    const later = { due_at: '2031-01-01T00:00:00Z', ...(follows !== undefined && { follows }) };
    const fields = { theme, text, email: owner.email };
    const { body } = byTeam
      ? await this.desk.team.createTicket({ ...fields, ...hidden, ...later })
      : await owner.api.createTicket(fields);
    const known = { comments: [], attachments: [], publicComments: 0, shown: [], ids: [body.id] };
    const ticket = { id: body.id, owner, searchable, ...known };
    this.tickets.push(ticket);
    return ticket;
  }

  private async act(ticket: KnownTicket, kind: Kind, other: Owner | undefined): Promise<void> {
    const { team } = this.desk;
    const { id } = ticket;
    const secret = this.secret();
    if (kind.endsWith('comment')) await this.comment(ticket, kind, secret);
    if (kind.endsWith('attachment')) await this.attach(ticket, kind, secret);
    if (kind === 'hidden change')
      await team.patch(id, { assignee: secret, priority: 'urgent', tags: [secret] });
    if (kind === 'mixed change') {
      await team.patch(id, { theme: secret, metadata: { key: this.secret() }, assignee: this.secret() });
      ticket.searchable[0] = secret;
    }
    if (kind === 'answer') await team.updateStatus(id, 'answered');
    if (kind === 'redaction') {
      const [comment] = ticket.comments;
      if (comment) await team.send('PUT', `/ticket/${id}/comment/${comment.id}/redaction`);
      ticket.searchable = ticket.searchable.filter((text) => text !== comment?.text);
    }
    if (kind === 'move' && other) {
      await team.patch(id, { email: other.email });
      ticket.owner = other;
    }
  }

  private async comment(ticket: KnownTicket, kind: Kind, text: string): Promise<void> {
    const isInternal = kind === 'internal comment';
    const isOwn = kind === 'own comment';
    const { api, email } = isOwn ? ticket.owner : { api: this.desk.team, email: 'desk@example.com' };
    const visibility = isInternal ? 'internal' : 'public';
    const { body } = await api.comment(ticket.id, { text, email, visibility });
    ticket.comments.push({ id: body.id, text });
    if (isInternal) return;
    ticket.publicComments++;
    ticket.ids.push(body.id);
    // The address stays that of the comment when the ticket moves on.
    ticket.shown.push(...(email.match(secretPattern) ?? []));
    ticket.searchable.push(text);
  }

  private async attach(ticket: KnownTicket, kind: Kind, name: string): Promise<void> {
    const isOwn = kind === 'own attachment' || kind === 'removed attachment';
    const attachments = new Attachments(isOwn ? ticket.owner.api : this.desk.team, ticket.id);
    const visibility = kind === 'internal attachment' ? 'internal' : 'public';
    const { id } =
      kind === 'pending attachment'
        ? (await attachments.create(name, { name })).body
        : await attachments.attach(name, { name, visibility });
    ticket.attachments.push(id);
    if (visibility === 'internal' || kind === 'pending attachment') return;
    ticket.ids.push(id);
    if (kind === 'removed attachment') await attachments.remove(id);
    else ticket.shown.push(name);
  }
}
