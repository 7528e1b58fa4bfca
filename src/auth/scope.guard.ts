import {
  applyDecorators,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { Response } from 'express';

import { ProblemResponse } from '../api/endpoint.decorators.js';
import { AuthorizationService } from './authorization.service.js';
import type { Scope } from './principal.js';

const SCOPE = 'auth:scope';
const PUBLIC = 'open';

/** Makes a call need a token with this scope, where tokens are asked for. */
export function RequireScope(scope: Scope): MethodDecorator {
  return applyDecorators(
    SetMetadata(SCOPE, scope),
    ApiBearerAuth(),
    ProblemResponse(401, 'A token is asked for, and the call has none, or one that is not right.'),
    ProblemResponse(403, `The token has not the scope ${scope}.`),
  );
}

/** Leaves a call open to everybody. */
export function Public(): MethodDecorator {
  return SetMetadata(SCOPE, PUBLIC);
}

/** Holds every call to its scope. One that says none is nobody's: it was forgotten. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly access: AuthorizationService,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const scope = this.reflector.get<Scope | typeof PUBLIC | undefined>(SCOPE, context.getHandler());
    if (scope === undefined) throw new Error(`${context.getHandler().name} needs a scope, or to be open`);
    if (scope !== PUBLIC) this.access.demand(scope, context.switchToHttp().getResponse<Response>());
    return true;
  }
}
