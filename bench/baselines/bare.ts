import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import pg, { type Client } from 'pg';

import { parseForm } from './form.js';
import { announce, connectRedis, postgres } from './stores.js';
import { Tickets, type Answered } from './tickets.js';

/** B0: node:http and nothing between it and pg, whose connections are shared by pipelining. */
const clients = await Promise.all(Array.from({ length: 10 }, () => connect()));
let turn = 0;
const tickets = new Tickets(
  (statement) => {
    turn = (turn + 1) % clients.length;
    return at(turn).query(statement);
  },
  await connectRedis(),
);

async function connect(): Promise<Client> {
  const client = new pg.Client({ ...postgres, pipeline: true });
  await client.connect();
  return client;
}

function at(index: number): Client {
  const client = clients[index];
  if (!client) throw new Error('There is no such connection');
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

async function fieldsOf(request: IncomingMessage): Promise<Record<string, unknown>> {
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
  await write(await fieldsOf(request), response, { id, comment });
}

async function write(
  fields: Record<string, unknown>,
  response: ServerResponse,
  { id, comment }: { id: string | undefined; comment: string | undefined },
): Promise<void> {
  const { theme, text, email: address, status } = fields;
  const isSigned = isText(text, 10_000) && isText(address, 254) && email.test(address);
  let answer: Answered | string | undefined;
  if (id === undefined && isSigned && isText(theme, 255)) answer = await tickets.create(theme, text, address);
  else if (comment && isSigned) answer = await tickets.comment(Number(id), text, address);
  else if (typeof status === 'string') answer = await tickets.move(Number(id), status);
  if (answer === undefined) send(response, 400, '{}');
  else if (typeof answer === 'string') send(response, 201, answer);
  else send(response, id === undefined ? 201 : 200, answer.body, { etag: answer.etag });
}

const server = createServer((request, response) => {
  handle(request, response).catch(() => {
    send(response, 500, '{}');
  });
}).listen(0, () => {
  announce((server.address() as AddressInfo).port);
});
