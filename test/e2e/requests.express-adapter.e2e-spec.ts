import { request as send, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ExpressAdapter } from '@nestjs/platform-express';
import express, { type Request, type Response } from 'express';

import { PrototypedExpressAdapter } from '../../src/api/express.adapter.js';

/** Uses everything that Express adds to a request, and returns the values as JSON. */
function describeRequest(request: Request, response: Response): void {
  const { app, baseUrl, originalUrl, path, hostname, ip, ips, protocol, secure, xhr, fresh, stale } = request;
  response.json({
    ...{ baseUrl, originalUrl, path, hostname, protocol, secure, xhr, fresh, stale, ips },
    hasAddress: ip !== undefined,
    ...{ params: request.params, query: request.query, subdomains: request.subdomains },
    accepts: [request.accepts('json', 'html'), request.acceptsEncodings('gzip'), request.is('json')],
    languages: [request.acceptsLanguages('de', 'en'), request.acceptsCharsets('utf-8')],
    header: [request.get('x-one'), request.header('X-One')],
    range: request.range(100),
    knowsResponse: request.res === response && response.req === request && response.app === app,
    isPrototyped: [
      Object.getPrototypeOf(request) === (app as unknown as { request: object }).request,
      Object.getPrototypeOf(response) === (app as unknown as { response: object }).response,
    ],
    constructors: [request.constructor.name, response.constructor.name],
  });
}

/** Routes that use everything that Express adds to a response. */
function createApp() {
  const app = express();
  app.set('trust proxy', true).set('env', 'production');
  app.get('/request/:id', describeRequest);
  app.use('/below', express().get('/request/:id', describeRequest));
  app.get('/text', (_, response) => void response.set({ 'X-Two': '2' }).append('X-Two', '3').send('Grüße'));
  app.get('/type', (_, response) => void response.type('html').vary('Accept').send(Buffer.from('<p>')));
  app.get('/link', (_, response) => void response.links({ next: '/2' }).location('/a b').sendStatus(202));
  app.get('/cookie', (_, response) => void response.cookie('a', 'b').clearCookie('c').status(204).end());
  app.get('/redirect', (_, response) => {
    response.redirect(301, '/text');
  });
  app.get('/format', (_, response) => {
    response.format({ json: () => response.json({ a: 1 }), html: () => response.send('<p>') });
  });
  app.get('/file', (_, response) => {
    response.sendFile('LICENSE', { root: '.' });
  });
  app.get('/download', (_, response) => {
    response.attachment('a.txt').jsonp({ locals: response.locals });
  });
  app.get('/error', () => {
    throw Object.assign(new Error('rejected'), { status: 418, expose: true });
  });
  app.post('/body', express.json(), (request, response) => void response.json(request.body));
  app.use('/static', express.static('docs'));
  return app;
}

const paths = [
  ...['/request/7?a=1&b[]=2', '/below/request/8', '/text', '/type', '/link', '/cookie', '/redirect'],
  ...['/format', '/file', '/download?callback=f', '/error', '/nowhere', '/static/cache.md'],
];

/** One server with the adapter of Nest, and one with PrototypedExpressAdapter. */
const servers: Server[] = [];

beforeAll(async () => {
  // Express writes every error of the handlers to the console.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  for (const Adapter of [ExpressAdapter, PrototypedExpressAdapter]) {
    const adapter = new Adapter(createApp());
    adapter.initHttpServer({});
    const server = adapter.getHttpServer() as Server;
    // PrototypedExpressAdapter has another default.
    server.keepAliveTimeout = 65_000;
    await new Promise<void>((resolve) => server.listen(0, resolve));
    servers.push(server);
  }
});

afterAll(() => {
  for (const server of servers) server.close();
});

/** The response of a server without its Date header. */
async function responseOf(server: Server, path: string, method: string, body?: string) {
  const { port } = server.address() as AddressInfo;
  const headers = {
    ...{ host: 'a.example.com', accept: 'application/json', 'accept-encoding': 'gzip', 'x-one': '1' },
    ...{ 'accept-language': 'de', 'x-forwarded-for': '10.0.0.1, 10.0.0.2', range: 'bytes=0-9' },
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    send({ port, path, method, headers }, resolve).on('error', reject).end(body);
  });
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  const { date, ...rest } = response.headers;
  expect(date).toBeDefined();
  return { status: response.statusCode, headers: rest, text };
}

describe('Express on PrototypedExpressAdapter', () => {
  it.each(
    paths.flatMap((path) => [
      ['GET', path],
      ['HEAD', path],
    ]),
  )('responds to %s %s as the adapter of Nest does', async (method, path) => {
    const [expected, actual] = await Promise.all(servers.map((server) => responseOf(server, path, method)));
    expect(actual).toEqual(expected);
  });

  it.each(['{"a":[1,2]}', '{', ''])('parses the body %j as the adapter of Nest does', async (body) => {
    const [expected, actual] = await Promise.all(
      servers.map((server) => responseOf(server, '/body', 'POST', body)),
    );
    expect(actual).toEqual(expected);
  });

  it('receives requests and responses that already have its prototypes', async () => {
    const [, actual] = servers;
    const prototyped = new Promise<boolean[]>((resolve) => {
      actual?.prependOnceListener('request', (request: object, response: object) => {
        resolve(['get', 'accepts'].map((name) => name in request).concat('json' in response));
      });
    });
    if (actual) await responseOf(actual, '/text', 'GET');
    expect(await prototyped).toEqual([true, true, true]);
  });
});
