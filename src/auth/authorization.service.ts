import { Injectable } from '@nestjs/common';
import type { Response } from 'express';

import { Environment } from '../config/environment.js';
import { Forbidden, Unauthenticated } from './auth.errors.js';
import type { Principal, Scope } from './principal.js';

/** Scopes of which any is sufficient. tickets:write includes reading, because a write returns what it wrote. */
const sufficient: Record<Scope, readonly Scope[]> = {
  'tickets:read': ['tickets:read', 'tickets:write'],
  'tickets:write': ['tickets:write'],
  'tickets:erase': ['tickets:erase'],
  'webhooks:manage': ['webhooks:manage'],
  'metrics:read': ['metrics:read'],
};

/** Decides whether a caller may call an endpoint. */
@Injectable()
export class AuthorizationService {
  constructor(private readonly environment: Environment) {}

  /** Throws Unauthenticated or Forbidden if authentication is on and the caller's token does not grant a scope. */
  authorize(scope: Scope, response: Response): void {
    const { AUTH_REQUIRED, METRICS_AUTH_REQUIRED } = this.environment;
    if (!(scope === 'metrics:read' ? METRICS_AUTH_REQUIRED : AUTH_REQUIRED)) return;
    const { scopes } = requirePrincipal(response);
    if (!sufficient[scope].some((name) => scopes.has(name))) throw new Forbidden(scope);
  }

  /** Checks whether the caller may do what a scope allows, for what depends on more than the endpoint. */
  allows(scope: Scope, response: Response): boolean {
    return !this.environment.AUTH_REQUIRED || requirePrincipal(response).scopes.has(scope);
  }
}

/** Returns the caller of a request, or throws Unauthenticated. */
export function requirePrincipal({ locals }: Response): Principal {
  const { principal } = locals;
  if (principal?.subject === undefined) throw new Unauthenticated(principal?.reason);
  return principal;
}
