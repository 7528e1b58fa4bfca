import type { RequestHandler } from 'express';

/** Composes middlewares into one, because each layer of Express costs every request a little. */
export function compose(middlewares: RequestHandler[]): RequestHandler {
  return middlewares.reduceRight<RequestHandler>(
    (following, middleware) => (request, response, next) => {
      void middleware(request, response, (error?: unknown) => {
        if (error === undefined) void following(request, response, next);
        else next(error);
      });
    },
    (_request, _response, next) => {
      next();
    },
  );
}
