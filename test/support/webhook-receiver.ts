import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { Webhook } from 'standardwebhooks';

import type { CloudEventDto } from '../../src/events/event.dto.js';
import { eventually } from './eventually.js';

/** A request that the receiver got. */
export interface ReceivedWebhook {
  id: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  event: Omit<CloudEventDto, 'data' | 'type'> & {
    type: string;
    data: { ticket_id: number; version: number };
  };
  /** Time of arrival, by performance.now(). */
  at: number;
  /** Requests in progress at its arrival, itself included. */
  together: number;
}

/** How a receiver answers. */
type Answer = (request: ReceivedWebhook, response: ServerResponse, message: IncomingMessage) => unknown;

/** An HTTP server that receives webhooks. It answers 204 unless a test tells it otherwise. */
export class WebhookReceiver {
  readonly received: ReceivedWebhook[] = [];
  /** Answers the requests; the default is 204. */
  answer: Answer = (_, response) => response.writeHead(204).end();
  private inProgress = 0;

  private constructor(private readonly server: Server) {}

  /** Starts a receiver. */
  static async start(port = 0, host = '127.0.0.1'): Promise<WebhookReceiver> {
    const server = createServer((message, response) => {
      void receiver.receive(message, response);
    });
    const receiver = new WebhookReceiver(server);
    await once(server.listen(port, host), 'listening');
    return receiver;
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The URL of the receiver. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** The ids of the events so far. */
  get ids(): string[] {
    return this.received.map(({ id }) => id);
  }

  /** Waits until this many requests were received. */
  async has(count: number, withinMs?: number): Promise<ReceivedWebhook[]> {
    await eventually(() => this.received.length >= count, withinMs);
    return this.received;
  }

  /** Closes the connections that are open. */
  closeConnections(): void {
    this.server.closeAllConnections();
  }

  /** Stops at once, as if it was killed. */
  async kill(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const together = ++this.inProgress;
    response.once('close', () => this.inProgress--);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks).toString();
    const headers = message.headers as Record<string, string>;
    const request = {
      ...{
        id: headers['webhook-id'] ?? '',
        path: message.url ?? '',
        headers,
        body,
        at: performance.now(),
        together,
      },
      event: JSON.parse(body) as ReceivedWebhook['event'],
    };
    this.received.push(request);
    this.answer(request, response, message);
  }
}

/** Checks the signature as a receiver does; throws an error for a wrong one. */
export function verify(secret: string, { body, headers }: ReceivedWebhook): unknown {
  return new Webhook(secret).verify(body, headers);
}
