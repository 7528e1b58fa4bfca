import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api } from '../support/api.js';
import { Service } from '../support/service.js';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
}
interface Export {
  resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
}

let collector: Server;
let received = '';
let answer = 200;
const spans: Span[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    void text(request).then((body) => {
      received += body;
      const { resourceSpans } = JSON.parse(body) as Export;
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(answer, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
});

afterAll(() => {
  collector.close();
});

describe('Where OTEL_EXPORTER_OTLP_ENDPOINT is set', () => {
  it('a request and its statement are spans of the trace that the client began', async () => {
    const { port } = collector.address() as AddressInfo;
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_SERVICE_NAME: 'tickets-of-the-desk',
    };
    const service = await Service.start({ environment });
    const api = new Api(service.url);
    const { id } = (await api.createTicket()).body;
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const parent = 'b7ad6b7169203331';
    await api.ticket(id, { traceparent: `00-${traceId}-${parent}-01` });
    await api.send('GET', '/ticket?email=ada@example.com');
    // What is left is sent at the end.
    expect(await service.stop()).toBe(0);

    const traced = spans.filter((span) => span.traceId === traceId);
    const request = traced.find(({ parentSpanId }) => parentSpanId === parent);
    expect(request?.name).toContain('GET');
    const within = traced.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
    expect(within.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^pg\.query:select/i));
    expect(received).toContain('tickets-of-the-desk');
    expect(received).not.toContain('ada@example.com');
  }, 30_000);

  it('a collector that refuses the traces does not disturb the end', async () => {
    answer = 400;
    const { port } = collector.address() as AddressInfo;
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
    const service = await Service.start({ environment });
    await new Api(service.url).createTicket();
    expect(await service.stop()).toBe(0);
  });
});
