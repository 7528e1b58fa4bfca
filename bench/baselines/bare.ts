import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import pg, { type Client } from 'pg';

import { parseForm } from './form.js';
import { announce, connectRedis, postgres } from './stores.js';
import { Tickets, type TicketResponse } from './tickets.js';

/** Baseline: node:http and pg alone. Requests share the connections by pipelining. */
const clients = await Promise.all(Array.from({ length: 10 }, () => connect()));
let next = 0;
const tickets = new Tickets(
  (statement) => {
    next = (next + 1) % clients.length;
    return clientAt(next).query(statement);
  },
  await connectRedis(),
);

async function connect(): Promise<Client> {
  const client = new pg.Client({ ...postgres, pipeline: true });
  await client.connect();
  return client;
}

function clientAt(index: number): Client {
  const client = clients[index];
  if (!client) throw new Error(`There is no connection ${index}`);
  return client;
}

const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= max;

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}) {
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      ...headers,
    })
    .end(body);
}

async function parseBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const type = request.headers['content-type'] ?? '';
  return type.startsWith('multipart/')
    ? parseForm(body, type)
    : (JSON.parse(body) as Record<string, unknown>);
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '' } = request;
  const [, id, comment] = /^\/ticket\/(\d+)(\/comment)?$/.exec(url) ?? [];
  if (method === 'GET') {
    if (id === undefined) {
      send(response, 200, await tickets.list(20));
      return;
    }
    const ticket = await tickets.find(Number(id));
    if (!ticket) send(response, 404, '{}');
    else if (request.headers['if-none-match'] === ticket.etag)
      response.writeHead(304, { etag: ticket.etag }).end();
    else send(response, 200, ticket.body, { etag: ticket.etag });
    return;
  }
  await write(await parseBody(request), response, { id, comment });
}

async function write(
  fields: Record<string, unknown>,
  response: ServerResponse,
  { id, comment }: { id: string | undefined; comment: string | undefined },
): Promise<void> {
  const { theme, text, email: address, status } = fields;
  const hasTextAndEmail = isText(text, 10_000) && isText(address, 254) && email.test(address);
  let result: TicketResponse | string | undefined;
  if (id === undefined && hasTextAndEmail && isText(theme, 255))
    result = await tickets.create(theme, text, address);
  else if (comment && hasTextAndEmail) result = await tickets.comment(Number(id), text, address);
  else if (typeof status === 'string') result = await tickets.transition(Number(id), status);
  if (result === undefined) send(response, 400, '{}');
  else if (typeof result === 'string') send(response, 201, result);
  else send(response, id === undefined ? 201 : 200, result.body, { etag: result.etag });
}

const server = createServer((request, response) => {
  handle(request, response).catch(() => {
    send(response, 500, '{}');
  });
}).listen(0, () => {
  announce((server.address() as AddressInfo).port);
});
