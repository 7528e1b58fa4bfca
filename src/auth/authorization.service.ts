import { Injectable } from '@nestjs/common';
import type { RequestHandler, Response } from 'express';

import { Environment } from '../config/environment.js';
import { Forbidden, Unauthenticated } from './auth.errors.js';
import { principalOf, setPrincipal, type Principal, type Scope, type Anonymous } from './principal.js';
import { InvalidToken, TokenService } from './token.service.js';

/** The scopes of which any lets a caller pass: a write answers with what it wrote, so it lets its holder read too. */
const sufficient: Record<Scope, readonly Scope[]> = {
  'tickets:read': ['tickets:read', 'tickets:write'],
  'tickets:write': ['tickets:write'],
  'metrics:read': ['metrics:read'],
};

const metricsPath = /^\/metrics\/?$/i;

/** The methods that change nothing, and have no body to read. */
const reads = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Who may call: whoever has a token that says so, in the header Authorization.
 * @see RFC 6750, Bearer Token Usage
 */
@Injectable()
export class AuthorizationService {
  constructor(
    private readonly environment: Environment,
    private readonly tokens: TokenService,
  ) {}

  /** Whether anybody is asked who they are. */
  get isAsked(): boolean {
    return this.environment.AUTH_REQUIRED || this.environment.METRICS_AUTH_REQUIRED;
  }

  /**
   * Finds out who calls. What is wrong with a token is for the call to say that needs one, as some need none; but a write
   * is refused before its body is read.
   */
  identify(): RequestHandler {
    return (request, response, next) => {
      // With METRICS_AUTH_REQUIRED alone it is asked of nobody else.
      if (!this.environment.AUTH_REQUIRED && !metricsPath.test(request.path)) {
        next();
        return;
      }
      const enter = (caller: Principal | Anonymous) => {
        setPrincipal(response, caller);
        if (this.environment.AUTH_REQUIRED && !reads.has(request.method)) demandCaller(response);
        next();
      };
      const token = bearerTokenOf(request.headers.authorization);
      const known = token === undefined ? {} : this.tokens.findVerified(token);
      if (known) enter(known);
      else
        this.check(token ?? '')
          .then(enter)
          .catch(next);
    };
  }

  /**
   * Lets the call go on if it may.
   * @throws Unauthenticated, Forbidden
   */
  demand(scope: Scope, response: Response): void {
    const { AUTH_REQUIRED, METRICS_AUTH_REQUIRED } = this.environment;
    if (!(scope === 'metrics:read' ? METRICS_AUTH_REQUIRED : AUTH_REQUIRED)) return;
    const { scopes } = demandCaller(response);
    if (!sufficient[scope].some((name) => scopes.has(name))) throw new Forbidden(scope);
  }

  private async check(token: string): Promise<Principal | Anonymous> {
    try {
      return await this.tokens.verify(token);
    } catch (error) {
      if (error instanceof InvalidToken) return { reason: error.message };
      throw error;
    }
  }
}

function demandCaller(response: Response): Principal {
  const caller = principalOf(response);
  if (caller.subject === undefined) throw new Unauthenticated(caller.reason);
  return caller;
}

/** The token of the header, an empty one where the header has another form; undefined where there is none. */
function bearerTokenOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : (/^Bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1] ?? '');
}
