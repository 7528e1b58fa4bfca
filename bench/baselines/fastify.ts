import multipart from '@fastify/multipart';
import Fastify, { type FastifyReply } from 'fastify';
import pg from 'pg';

import { announce, connectRedis, postgres } from './stores.js';
import { Tickets, type TicketResponse } from './tickets.js';

/** Baseline: Fastify with its schema validation, hand-written SQL on pg's pool, and Redis. */
const pool = new pg.Pool({ ...postgres, max: 10 });
const tickets = new Tickets((statement) => pool.query(statement), await connectRedis());
const app = Fastify();
await app.register(multipart, { attachFieldsToBody: 'keyValues' });

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength, pattern: '\\S' });
const textAndEmail = { text: text(10_000), email: { type: 'string', format: 'email', maxLength: 254 } };
const object = (properties: Record<string, object>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const params = object({ id: { type: 'integer', minimum: 1 } });

function send(
  reply: FastifyReply,
  result: TicketResponse | string | undefined,
  status: number,
  errorStatus: number,
) {
  if (result === undefined) return reply.code(errorStatus).send({});
  void reply.code(status).header('content-type', 'application/json; charset=utf-8');
  return typeof result === 'string'
    ? reply.send(result)
    : reply.header('etag', result.etag).send(result.body);
}

app.post<{ Body: { theme: string; text: string; email: string } }>(
  '/ticket',
  { schema: { body: object({ theme: text(255), ...textAndEmail }) } },
  async ({ body }, reply) => send(reply, await tickets.create(body.theme, body.text, body.email), 201, 400),
);

app.get<{ Params: { id: number } }>('/ticket/:id', { schema: { params } }, async (request, reply) => {
  const ticket = await tickets.find(request.params.id);
  if (ticket && request.headers['if-none-match'] === ticket.etag)
    return reply.code(304).header('etag', ticket.etag).send();
  return send(reply, ticket, 200, 404);
});

app.put<{ Params: { id: number }; Body: { status: string } }>(
  '/ticket/:id',
  {
    schema: { params, body: object({ status: { type: 'string', enum: ['answered', 'awaited', 'closed'] } }) },
  },
  async ({ params: { id }, body }, reply) => send(reply, await tickets.transition(id, body.status), 200, 409),
);

app.post<{ Params: { id: number }; Body: { text: string; email: string } }>(
  '/ticket/:id/comment',
  { schema: { params, body: object(textAndEmail) } },
  async ({ params: { id }, body }, reply) =>
    send(reply, await tickets.comment(id, body.text, body.email), 201, 409),
);

app.get<{ Querystring: { limit: number } }>(
  '/ticket',
  { schema: { querystring: object({ limit: { type: 'integer', minimum: 1, maximum: 100 } }) } },
  async ({ query }, reply) => send(reply, await tickets.list(query.limit), 200, 400),
);

const address = await app.listen({ port: 0 });
announce(Number(new URL(address).port));
