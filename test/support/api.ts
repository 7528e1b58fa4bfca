import type { CloudEventDto } from '../../src/events/event.dto.js';
import type { CommentDto } from '../../src/comments/comment.dto.js';
import type { TicketDto } from '../../src/tickets/ticket.dto.js';
import type { ProblemDto } from '../../src/api/problem.dto.js';
import { eventually } from './eventually.js';

/** The three media types of a request body. */
export const bodyKinds = ['form-data', 'form', 'JSON'] as const;
export type BodyKind = (typeof bodyKinds)[number];

/** A response of the service. */
export interface ApiResponse<Body> {
  status: number;
  headers: Headers;
  /** The parsed body, typed for a success. */
  body: Body;
  /** The same body, typed for a problem. */
  problem: ProblemDto;
}

type HeaderFields = Record<string, string>;
type Value = string | number | null;

/** The fields of a body: values, lists and maps. */
export type Fields = Record<string, Value | Value[] | Record<string, Value>>;
type Wire<Dto> = { [Field in keyof Dto]: Dto[Field] extends Date ? string : Dto[Field] };

/** A comment in its JSON form. */
export type Comment = Wire<CommentDto>;

/** A ticket in its JSON form. */
export type Ticket = Wire<Omit<TicketDto, 'comments'>> & { comments: Comment[] };

/** A client of the service: each method sends one request and returns its response, a success or a problem. */
export class Api {
  /**
   * @param base URL of the service, or a function for a service that starts later
   * @param token bearer token sent with each request
   */
  constructor(
    private readonly base: string | (() => string),
    private readonly token?: string,
  ) {}

  /** URL of the service. */
  get url(): string {
    return typeof this.base === 'string' ? this.base : this.base();
  }

  createTicket(fields: Fields = aTicket, kind: BodyKind = 'JSON') {
    return this.send<Ticket>('POST', '/ticket', encode(fields, kind));
  }

  ticket(id: number | string, headers: HeaderFields = {}) {
    return this.send<Ticket>('GET', `/ticket/${id}`, { headers });
  }

  updateStatus(id: number, status: string, kind: BodyKind = 'JSON') {
    return this.send<Ticket>('PUT', `/ticket/${id}`, encode({ status }, kind));
  }

  /** Changes a ticket by a merge patch. */
  patch(id: number, fields: Fields, headers: HeaderFields = {}, kind: BodyKind = 'JSON') {
    const init = encode(fields, kind);
    return this.send<Ticket>('PATCH', `/ticket/${id}`, {
      ...init,
      headers: { ...(init.headers as HeaderFields | undefined), ...headers },
    });
  }

  comment(id: number, fields: Fields = aComment, kind: BodyKind = 'JSON') {
    return this.send<Comment>('POST', `/ticket/${id}/comment`, encode(fields, kind));
  }

  events(query: string) {
    return this.send<{ items: Wire<CloudEventDto>[]; next_cursor: string }>('GET', `/events?${query}`);
  }

  /** Sends any request, malformed ones included. */
  async send<Body>(method: string, path: string, init: RequestInit = {}): Promise<ApiResponse<Body>> {
    const headers = new Headers(init.headers);
    if (this.token !== undefined && !headers.has('authorization'))
      headers.set('authorization', `Bearer ${this.token}`);
    const response = await fetch(this.url + path, { method, ...init, headers });
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    const body: unknown = isJson ? JSON.parse(text) : text;
    const { status } = response;
    return { status, headers: response.headers, body: body as Body, problem: body as ProblemDto };
  }
}

/** Valid fields of a ticket. */
export const aTicket = {
  theme: 'Invoice 2043 is wrong',
  text: 'It lists an item twice.',
  email: 'ada@example.com',
};

/** Valid fields of a comment. */
export const aComment = { text: 'Which item do you mean?', email: 'support@example.com' };

/** Encodes fields as a request body with its Content-Type. */
export function encode(fields: Fields, kind: BodyKind): RequestInit {
  if (kind === 'JSON') return json(JSON.stringify(fields));
  const form = kind === 'form' ? new URLSearchParams() : new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (Array.isArray(value)) for (const item of value) form.append(name, String(item));
    else if (typeof value !== 'object') form.append(name, String(value));
    else if (value === null) form.append(name, '');
    else for (const [key, text] of Object.entries(value)) form.append(`${name}[${key}]`, String(text ?? ''));
  }
  return { body: form };
}

/** A body sent as JSON, valid or not. */
export function json(body: string): RequestInit {
  return { body, headers: { 'content-type': 'application/json' } };
}

/** Runs an action n times concurrently. */
export function times<Result>(n: number, act: (index: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: n }, (_, index) => act(index)));
}

/** Number of responses with this status. */
export function count(responses: { status: number }[], status: number): number {
  return responses.filter((response) => response.status === status).length;
}

/** Upper median of latencies or other numbers; Infinity for none. */
export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;
}

/** Reads /metrics; the keys are names with their labels. */
export async function scrape(api: Api): Promise<Map<string, number>> {
  const { body } = await api.send<string>('GET', '/metrics');
  const samples = [...body.matchAll(/^([a-z_]+(?:\{[^}]*\})?) (\S+)$/gm)];
  return new Map(samples.map(([, name = '', value]) => [name, Number(value)]));
}

/** Resolves once a replica uses its cache, some seconds after the first start or after a failure. */
export async function waitForRedis(api: Api): Promise<void> {
  await eventually(
    async () => (await api.send<{ status: string }>('GET', '/health/ready')).body.status === 'ok',
  );
}

/** Reads a ticket until the response is a cache hit. */
export async function readFromCache(api: Api, id: number): Promise<ApiResponse<Ticket>> {
  let response = await api.ticket(id);
  await eventually(async () => {
    response = await api.ticket(id);
    return response.headers.get('x-cache') === 'HIT';
  });
  return response;
}
