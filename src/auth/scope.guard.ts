import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { Response } from 'express';

import { ProblemResponse } from '../api/endpoint.decorators.js';
import { AuthorizationService } from './authorization.service.js';
import type { Scope } from './principal.js';

const SCOPE = 'auth:scope';
const FOR_REQUESTERS = 'auth:for-requesters';
const PUBLIC = 'public';

/**
 * Requires a token with this scope if authentication is on.
 * @param also `tickets:own` for an endpoint whose statements show and change only the tickets of the `Reader`
 */
export function RequireScope(scope: Scope, also?: 'tickets:own'): MethodDecorator {
  return applyDecorators(
    SetMetadata(SCOPE, scope),
    SetMetadata(FOR_REQUESTERS, also !== undefined),
    ApiBearerAuth(),
    ProblemResponse(401, 'Authentication is on, and the request has no valid token.'),
    ProblemResponse(
      403,
      `The token does not have the scope ${scope}${also === undefined ? '' : ` or ${also}`}.`,
    ),
  );
}

/** Allows requests without a token. */
export function Public(): MethodDecorator {
  return SetMetadata(SCOPE, PUBLIC);
}

/** Checks the scope of every endpoint. An endpoint that declares none is a mistake and fails every request. */
@Injectable()
export class ScopeGuard implements CanActivate {
  /** The scopes of handlers that were called. Reading their metadata each time would be slow. */
  private readonly scopes = new Map<unknown, Scope | typeof PUBLIC>();

  constructor(
    private readonly reflector: Reflector,
    private readonly authorization: AuthorizationService,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    let scope = this.scopes.get(handler);
    if (scope === undefined) {
      scope = this.reflector.get<Scope | typeof PUBLIC | undefined>(SCOPE, handler);
      if (scope === undefined) throw new Error(`${handler.name} needs @RequireScope() or @Public()`);
      this.scopes.set(handler, scope);
    }
    if (scope === PUBLIC) return true;
    const isForRequesters = this.reflector.get<boolean>(FOR_REQUESTERS, handler);
    this.authorization.authorize(scope, isForRequesters, context.switchToHttp().getResponse<Response>());
    return true;
  }
}
