import { createServer, IncomingMessage, ServerResponse } from 'node:http';

import { ExpressAdapter } from '@nestjs/platform-express';
import { StreamableFile } from '@nestjs/common';
import type { Application, Response } from 'express';

import { sendAnswer } from './answer.js';

/** A class of node:http, as far as its server makes objects of it. */
type NodeClass = typeof IncomingMessage | typeof ServerResponse;

/**
 * Express on a server whose requests and responses are born as Express's own.
 *
 * Express gives every request and response its own prototype by Object.setPrototypeOf. Up to Node 22 that makes V8 treat
 * the objects of node:http as dictionaries, and costs more than all else that is done for a small answer; where the
 * prototype is the right one already, the same call changes nothing and costs nothing. Newer versions of Node gain little.
 */
export class PrototypedExpressAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    const app = this.getInstance<Application & { request: object; response: object }>();
    const classes = {
      IncomingMessage: bornAs(app.request, IncomingMessage),
      ServerResponse: bornAs(app.response, ServerResponse),
    };
    this.httpServer = createServer(classes, app);
  }

  /** Sends what a call has returned. */
  override reply(response: Response, result: unknown, status = response.statusCode): unknown {
    if (result instanceof StreamableFile) return super.reply(response, result, status);
    sendAnswer(response, result, status);
    return undefined;
  }
}

/** The same class, but for the prototype of what it makes. */
function bornAs<Class extends NodeClass>(prototype: object, parent: Class): Class {
  const born = function (this: object, ...parameters: unknown[]) {
    Reflect.apply(parent as unknown as (...values: unknown[]) => void, this, parameters);
  };
  born.prototype = prototype;
  return born as unknown as Class;
}
