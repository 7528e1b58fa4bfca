import type { RequestHandler } from 'express';

import { answerOptions } from './allowed-methods.js';
import { readBody } from './body.js';

/** What is done for a request before its route is looked for, by its method alone: a read goes straight on. */
export function atTheEdge(): RequestHandler {
  const readItsBody = readBody();
  return (request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') next();
    else if (request.method === 'OPTIONS') answerOptions(request, response, next);
    else readItsBody(request, response, next);
  };
}
