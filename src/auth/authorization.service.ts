import { Injectable } from '@nestjs/common';
import type { Response } from 'express';

import { Problem } from '../api/problem.js';
import { Environment } from '../config/environment.js';
import { AddressRequired, Forbidden, Unauthenticated } from './auth.errors.js';
import type { Principal, Scope } from './principal.js';

/** Scopes of which any is sufficient. tickets:write includes reading, because a write returns what it wrote. */
const sufficient: Record<Scope, readonly Scope[]> = {
  'tickets:read': ['tickets:read', 'tickets:write'],
  'tickets:write': ['tickets:write'],
  'tickets:erase': ['tickets:erase'],
  'tickets:own': ['tickets:own'],
  'webhooks:manage': ['webhooks:manage'],
  'tickets:import': ['tickets:import'],
  'metrics:read': ['metrics:read'],
};

/** Decides whether a caller may call an endpoint. */
@Injectable()
export class AuthorizationService {
  constructor(private readonly environment: Environment) {}

  /**
   * Throws Unauthenticated or Forbidden if authentication is on and the caller's token does not grant a scope.
   * @param isForRequesters whether the endpoint takes tickets:own too, from a token that is not the team's
   */
  authorize(scope: Scope, isForRequesters: boolean, response: Response): void {
    const { AUTH_REQUIRED, METRICS_AUTH_REQUIRED } = this.environment;
    if (!(scope === 'metrics:read' ? METRICS_AUTH_REQUIRED : AUTH_REQUIRED)) return;
    const { scopes, isTeam, email } = requirePrincipal(response);
    if (isForRequesters && !isTeam && scopes.has('tickets:own')) {
      if (email === undefined) throw new AddressRequired();
      return;
    }
    if (!sufficient[scope].some((name) => scopes.has(name))) throw new Forbidden(scope);
  }

  /** Checks whether the caller may do what a scope allows, for what depends on more than the endpoint. */
  allows(scope: Scope, response: Response): boolean {
    return !this.environment.AUTH_REQUIRED || requirePrincipal(response).scopes.has(scope);
  }
}

/** Returns the caller of a request, or throws Unauthenticated, or a 503 if its token cannot be verified now. */
export function requirePrincipal({ locals }: Response): Principal {
  const { principal } = locals;
  if (principal?.subject !== undefined) return principal;
  if (principal?.isUnverified) throw new Problem('unavailable', 'The issuer of the token does not respond');
  throw new Unauthenticated(principal?.reason);
}
