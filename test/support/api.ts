import type { CloudEventDto } from '../../src/events/event.dto.js';
import type { CommentDto } from '../../src/comments/comment.dto.js';
import type { TicketDto } from '../../src/tickets/ticket.dto.js';
import type { ProblemDto } from '../../src/api/problem.dto.js';

/** The three forms a body can take. */
export const bodyKinds = ['form-data', 'form', 'JSON'] as const;
export type BodyKind = (typeof bodyKinds)[number];

/** What the service answered. */
export interface Answer<Body> {
  status: number;
  headers: Headers;
  /** What the call answers when it succeeds. */
  body: Body;
  /** The same, where it is a problem. */
  problem: ProblemDto;
}

type Fields = Record<string, string>;
type Wire<Dto> = { [Field in keyof Dto]: Dto[Field] extends Date ? string : Dto[Field] };

/** A comment as it comes over the wire. */
export type Comment = Wire<CommentDto>;

/** A ticket as it comes over the wire. */
export type Ticket = Wire<Omit<TicketDto, 'comments'>> & { comments: Comment[] };

/** A client of the service: each method is one call, and answers what came back, be it a success or a problem. */
export class Api {
  /**
   * @param base where the service listens, or what tells once it is known
   * @param token is sent with each call
   */
  constructor(
    private readonly base: string | (() => string),
    private readonly token?: string,
  ) {}

  /** Where the service listens. */
  get url(): string {
    return typeof this.base === 'string' ? this.base : this.base();
  }

  createTicket(fields: Fields = aTicket, kind: BodyKind = 'JSON') {
    return this.send<Ticket>('POST', '/ticket', encode(fields, kind));
  }

  ticket(id: number | string, headers: Fields = {}) {
    return this.send<Ticket>('GET', `/ticket/${id}`, { headers });
  }

  updateStatus(id: number, status: string, kind: BodyKind = 'JSON') {
    return this.send<Ticket>('PUT', `/ticket/${id}`, encode({ status }, kind));
  }

  comment(id: number, fields: Fields = aComment, kind: BodyKind = 'JSON') {
    return this.send<Comment>('POST', `/ticket/${id}/comment`, encode(fields, kind));
  }

  events(query: string) {
    return this.send<{ items: Wire<CloudEventDto>[]; next_cursor: string }>('GET', `/events?${query}`);
  }

  /** Sends anything, also what no well-meaning client would. */
  async send<Body>(method: string, path: string, init: RequestInit = {}): Promise<Answer<Body>> {
    const headers = new Headers(init.headers);
    if (this.token !== undefined && !headers.has('authorization'))
      headers.set('authorization', `Bearer ${this.token}`);
    const response = await fetch(this.url + path, { method, ...init, headers });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    const body: unknown = isJson ? JSON.parse(text) : text;
    const { status } = response;
    return { status, headers: response.headers, body: body as Body, problem: body as ProblemDto };
  }
}

/** The fields of a ticket that the rules allow. */
export const aTicket = {
  theme: 'Invoice 2043 is wrong',
  text: 'It lists an item twice.',
  email: 'ada@example.com',
};

/** The fields of a comment that the rules allow. */
export const aComment = { text: 'Which item do you mean?', email: 'support@example.com' };

/** A body of these fields, with the header that names its kind. */
export function encode(fields: Fields, kind: BodyKind): RequestInit {
  if (kind === 'form') return { body: new URLSearchParams(fields) };
  if (kind === 'JSON') return json(JSON.stringify(fields));
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return { body: form };
}

/** A body of this text, called JSON. */
export function json(body: string): RequestInit {
  return { body, headers: { 'content-type': 'application/json' } };
}

/** Does something n times at once. */
export function times<Result>(n: number, act: (index: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: n }, (_, index) => act(index)));
}

/** How many answers have this status. */
export function count(answers: { status: number }[], status: number): number {
  return answers.filter((answer) => answer.status === status).length;
}
