import type { RequestHandler } from 'express';

import { filePath, isSafeMethod } from '../api/routes.js';
import { requirePrincipal } from '../auth/authorization.service.js';
import type { Anonymous, Principal } from '../auth/principal.js';
import { IssuerUnavailable } from '../auth/issuer-keys.js';
import { InvalidToken, type TokenService } from '../auth/token.service.js';
import type { Environment } from '../config/environment.js';

const metricsPath = /^\/metrics\/?$/i;

/**
 * Sets `response.locals.principal` from the header Authorization (RFC 6750, Bearer Token Usage). An invalid token makes
 * the caller anonymous, because some endpoints are public; but a write without a valid token is rejected here, before its
 * body is read.
 */
export function authenticate(tokens: TokenService, { AUTH_REQUIRED }: Environment): RequestHandler {
  return (request, response, next) => {
    // With METRICS_AUTH_REQUIRED alone, only /metrics needs a token.
    if (!AUTH_REQUIRED && !metricsPath.test(request.path)) {
      next();
      return;
    }
    const proceed = (principal: Principal | Anonymous) => {
      response.locals.principal = principal;
      const isFile = filePath.test(request.path);
      if (AUTH_REQUIRED && !isSafeMethod(request) && !isFile) requirePrincipal(response);
      next();
    };
    const token = bearerToken(request.headers.authorization);
    const known = token === undefined ? {} : tokens.findVerified(token);
    if (known) proceed(known);
    else
      tokens
        .verify(token ?? '')
        .catch(toAnonymous)
        .then(proceed)
        .catch(next);
  };
}

function toAnonymous(error: unknown): Anonymous {
  if (error instanceof InvalidToken) return { reason: error.message };
  if (error instanceof IssuerUnavailable) return { isUnverified: true };
  throw error;
}

/** Returns the token of the header: empty for a header of another form, undefined without a header. */
function bearerToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : (/^Bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1] ?? '');
}
