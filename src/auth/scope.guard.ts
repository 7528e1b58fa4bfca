import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { Response } from 'express';

import { ProblemResponse } from '../api/endpoint.decorators.js';
import { AuthorizationService } from './authorization.service.js';
import type { Scope } from './principal.js';

const ACCESS = 'auth:access';

/** The access to an endpoint: public, or by a scope. */
type Access = 'public' | { scope: Scope; isForRequesters: boolean };

/**
 * Requires a token with this scope if authentication is on.
 * @param also `tickets:own` for an endpoint whose statements show and change only the tickets of the `Reader`
 */
export function RequireScope(scope: Scope, also?: 'tickets:own'): MethodDecorator {
  const sufficient = also === undefined ? scope : `${scope} or ${also}`;
  return applyDecorators(
    SetMetadata(ACCESS, { scope, isForRequesters: also !== undefined } satisfies Access),
    ApiBearerAuth(),
    ProblemResponse(401, 'Authentication is on, and the request has no valid token.'),
    ProblemResponse(403, `The token does not have the scope ${sufficient}.`),
  );
}

/** Allows requests without a token. */
export function Public(): MethodDecorator {
  return SetMetadata(ACCESS, 'public' satisfies Access);
}

/** Checks the scope of every endpoint. An endpoint that declares none is a mistake and fails every request. */
@Injectable()
export class ScopeGuard implements CanActivate {
  /** The access to handlers that were called. Reading their metadata each time would be slow. */
  private readonly known = new Map<unknown, Access>();

  constructor(
    private readonly reflector: Reflector,
    private readonly authorization: AuthorizationService,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    const access = this.known.get(handler) ?? this.reflector.get<Access | undefined>(ACCESS, handler);
    if (access === undefined) throw new Error(`${handler.name} needs @RequireScope() or @Public()`);
    this.known.set(handler, access);
    if (access === 'public') return true;
    const response = context.switchToHttp().getResponse<Response>();
    this.authorization.authorize(access.scope, access.isForRequesters, response);
    return true;
  }
}
