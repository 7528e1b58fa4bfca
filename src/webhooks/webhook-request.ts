import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';

import { Injectable } from '@nestjs/common';
import { Webhook as Signer } from 'standardwebhooks';

import { errorMessage } from '../observability/error-message.js';
import { AddressPolicy } from './address-policy.js';
import type { WebhookAttemptDto } from './webhook.dto.js';

/** The time limit of an attempt. */
export const attemptMs = 15_000;

/** What is kept of an answer. */
const maxAnswerBytes = 1_024;

/** Longest Retry-After that is honoured, in seconds. */
const maxRetryAfter = 24 * 60 * 60;

/** What is sent. */
export interface WebhookMessage {
  url: string;
  /** The id of the event. */
  id: string;
  body: string;
  /** The secrets that sign: after a rotation the old one too. */
  secrets: string[];
}

/** The result of an attempt, and the seconds that the endpoint asked to wait. */
export interface AttemptResult {
  attempt: WebhookAttemptDto;
  retryAfter: number | undefined;
}

/** Sends events as the Standard Webhooks specify. */
@Injectable()
export class WebhookSender {
  private readonly agents = {
    'http:': new http.Agent({ keepAlive: true, timeout: attemptMs }),
    'https:': new https.Agent({ keepAlive: true, timeout: attemptMs }),
  };

  constructor(private readonly addresses: AddressPolicy) {}

  /**
   * Sends an event; never throws. The connection goes to the very address that was checked, and redirects are not followed.
   * @param stop ends the attempt early
   */
  async send(message: WebhookMessage, stop?: AbortSignal): Promise<AttemptResult> {
    const at = new Date();
    const begun = performance.now();
    const timeout = AbortSignal.timeout(attemptMs);
    const signal = stop ? AbortSignal.any([stop, timeout]) : timeout;
    const result = await this.post(message, signal).catch((error: unknown) => ({
      ...{ status: null, answer: null, retryAfter: undefined },
      error: timeout.aborted ? `no answer within ${attemptMs / 1_000} seconds` : errorMessage(error),
    }));
    const { status, answer, error, retryAfter } = result;
    const duration_ms = Math.round(performance.now() - begun);
    return { attempt: { at: at.toISOString(), status, duration_ms, answer, error }, retryAfter };
  }

  private async post(message: WebhookMessage, signal: AbortSignal) {
    const url = new URL(message.url);
    // A host that is an address is never looked up.
    const checked = await this.addresses.resolve(url);
    signal.throwIfAborted();
    const lookup: LookupFunction = (_host, { all }, callback) => {
      if (all) callback(null, checked);
      else callback(null, checked[0]?.address ?? '', checked[0]?.family);
    };
    const request = () => this.request(url, message, { lookup, signal });
    const response = await request().catch((error: unknown) => {
      // The endpoint has closed an idle connection, which it may do at any time.
      if (error instanceof StaleConnection) return request();
      throw error;
    });
    const { statusCode: status = 0, headers } = response;
    const answer = await readAnswer(response, signal);
    const error = status >= 300 && status < 400 ? 'redirects are not followed' : null;
    return { status, answer, error, retryAfter: parseRetryAfter(headers['retry-after']) };
  }

  private request(
    url: URL,
    { id, body, secrets }: WebhookMessage,
    options: { lookup: LookupFunction; signal: AbortSignal },
  ): Promise<http.IncomingMessage> {
    const now = new Date();
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'User-Agent': 'ticket-system',
      'webhook-id': id,
      'webhook-timestamp': Math.floor(now.getTime() / 1_000),
      'webhook-signature': secrets.map((secret) => new Signer(secret).sign(id, now, body)).join(' '),
    };
    const protocol = url.protocol as keyof typeof this.agents;
    const { request } = protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const sent = request(url, { ...options, agent: this.agents[protocol], method: 'POST', headers });
      sent.on('response', resolve);
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = sent.reusedSocket && error.code === 'ECONNRESET';
        reject(isStale ? new StaleConnection() : error);
      });
      sent.end(body);
    });
  }
}

class StaleConnection extends Error {}

/** Returns the first bytes of an answer, and abandons the rest. An answer that breaks off counts as far as it came. */
async function readAnswer(response: http.IncomingMessage, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxAnswerBytes || signal.aborted) break;
    }
  } catch {
    // The status has been received.
  }
  // PostgreSQL cannot store NUL.
  return Buffer.concat(chunks).subarray(0, maxAnswerBytes).toString().replaceAll('\0', '');
}

/** Returns the seconds of Retry-After: a number, or a date (RFC 9110, section 10.2.3). */
function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), maxRetryAfter) : undefined;
}
