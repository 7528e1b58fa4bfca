import type { RequestHandler } from 'express';

/** One handler of several: each layer that Express knows of costs every request a little. */
export function compose(handlers: RequestHandler[]): RequestHandler {
  return handlers.reduceRight<RequestHandler>(
    (then, handler) => (request, response, next) => {
      void handler(request, response, (error?: unknown) => {
        if (error === undefined) void then(request, response, next);
        else next(error);
      });
    },
    (_request, _response, next) => {
      next();
    },
  );
}
