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
let collectorStatus = 200;
const spans: Span[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    void text(request).then((body) => {
      received += body;
      const { resourceSpans } = JSON.parse(body) as Export;
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(collectorStatus, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
});

afterAll(() => {
  collector.close();
});

describe('With OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  it('a request and its statement are spans in the trace of the client, and a collector that rejects them does not affect the shutdown', async () => {
    const { port } = collector.address() as AddressInfo;
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_SERVICE_NAME: 'support-tickets',
    };
    const service = await Service.start({ environment });
    const api = new Api(service.url);
    const { id } = (await api.createTicket()).body;
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const parent = 'b7ad6b7169203331';
    await api.ticket(id, { traceparent: `00-${traceId}-${parent}-01` });
    await api.send('GET', '/ticket?email=ada@example.com');
    // The shutdown exports the remaining spans. A collector that rejects them does not affect it.
    collectorStatus = 400;
    expect(await service.stop()).toBe(0);

    const traced = spans.filter((span) => span.traceId === traceId);
    const request = traced.find(({ parentSpanId }) => parentSpanId === parent);
    expect(request?.name).toContain('GET');
    const children = traced.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
    expect(children.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^pg\.query:select/i));
    expect(received).toContain('support-tickets');
    expect(received).not.toContain('ada@example.com');
  });
});
