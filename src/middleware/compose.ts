import type { RequestHandler } from 'express';

/** Composes middlewares into one, because each layer of Express costs every request a little. */
export function compose(middlewares: RequestHandler[]): RequestHandler {
  return (request, response, done) => {
    let index = 0;
    const next = (error?: unknown) => {
      const middleware = error === undefined ? middlewares[index++] : undefined;
      if (middleware) void middleware(request, response, next);
      else done(error);
    };
    next();
  };
}
