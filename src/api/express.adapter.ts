import { createServer, IncomingMessage, ServerResponse, type RequestListener } from 'node:http';

import { ExpressAdapter } from '@nestjs/platform-express';
import { StreamableFile } from '@nestjs/common';
import type { Application, Response } from 'express';

import { sendResponse } from './api-response.js';
import { answerProblem } from './write-problem.js';

/** A class of node:http, as far as its server makes objects of it. */
type NodeClass = typeof IncomingMessage | typeof ServerResponse;

/** Says whether a request is let in; if not, it has answered it. */
type Gate = (request: IncomingMessage, response: ServerResponse) => boolean;

/** How long a client may take. */
const timeouts = {
  // The head of a request fits into a packet or two: this is for a phone under a bridge, not for one byte a second.
  headersTimeout: 10_000,
  // With its body of at most 100 KiB: some 50 kbit/s.
  requestTimeout: 20_000,
  // Longer than the 60 s for which load balancers keep a connection: the one who sends should be the one who closes.
  keepAliveTimeout: 65_000,
  // How often to look for those who took longer.
  connectionsCheckingInterval: 1_000,
};

/**
 * Express on a server whose requests and responses are born as Express's own.
 *
 * Express gives every request and response its own prototype by Object.setPrototypeOf. Up to Node 22 that makes V8 treat
 * the objects of node:http as dictionaries, and costs more than all else that is done for a small answer; where the
 * prototype is the right one already, the same call changes nothing and costs nothing. Newer versions change
 * prototypes at less cost.
 */
export class PrototypedExpressAdapter extends ExpressAdapter {
  private gate: Gate = () => true;

  /** Puts a gate before Express. */
  setGate(gate: Gate): void {
    this.gate = gate;
  }

  /**
   * Puts headers at the head of every answer, whoever sends it: all at once with the answer's own where those come as a
   * list, which costs a third of setting each.
   * @param headersOf names and values in turns
   */
  setHeaders(headersOf: (response: Response) => string[]): void {
    const { response } = this.getInstance<Application & { response: Response }>();
    const prototype = ServerResponse.prototype;
    response.writeHead = function (this: Response, status: number, ...rest: unknown[]) {
      const standing = headersOf(this);
      const [own] = rest;
      if (Array.isArray(own)) return prototype.writeHead.call(this, status, standing.concat(own));
      for (let n = 0; n < standing.length; n += 2) this.setHeader(standing[n] ?? '', standing[n + 1] ?? '');
      return Reflect.apply(prototype.writeHead.bind(this), undefined, [status, ...rest]) as ServerResponse;
    } as Response['writeHead'];
  }

  override initHttpServer(): void {
    const app = this.getInstance<Application & { request: object; response: object }>();
    const classes = {
      IncomingMessage: withPrototype(app.request, IncomingMessage),
      ServerResponse: withPrototype(app.response, ServerResponse),
    };
    this.httpServer = createServer({ ...timeouts, ...classes }, (request, response) => {
      if (!hasPath(request.url)) answerProblem(request, response, unreadable);
      else if (this.gate(request, response)) (app as RequestListener)(request, response);
    });
  }

  /** Sends what a call has returned. */
  override reply(response: Response, result: unknown, status = response.statusCode): unknown {
    if (result instanceof StreamableFile) return super.reply(response, result, status);
    sendResponse(response, result, status);
    return undefined;
  }
}

/** Express looks for no route for a target without a path, such as http://[, and answers with a page of HTML. */
const unreadable = { kind: 'invalid-request', detail: 'The target of the request cannot be read' } as const;

function hasPath(target = ''): boolean {
  return target.startsWith('/') || target === '*' || (/^https?:\/\//i.test(target) && URL.canParse(target));
}

/** The same class, but for the prototype of what it makes. */
function withPrototype<Class extends NodeClass>(prototype: object, parent: Class): Class {
  const born = function (this: object, ...parameters: unknown[]) {
    Reflect.apply(parent as unknown as (...values: unknown[]) => void, this, parameters);
  };
  born.prototype = prototype;
  return born as unknown as Class;
}
