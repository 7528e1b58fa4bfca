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

import { ProblemAnswer } from '../http/api-call.js';
import { Access } from './access.js';
import type { Scope } from './caller.js';

const SCOPE = 'auth:scope';
const OPEN = 'open';

/** Makes a call need a token with this scope, where tokens are asked for. */
export function NeedsScope(scope: Scope): MethodDecorator {
  return applyDecorators(
    SetMetadata(SCOPE, scope),
    ApiBearerAuth(),
    ProblemAnswer(401, 'A token is asked for, and the call has none, or one that is not right.'),
    ProblemAnswer(403, `The token has not the scope ${scope}.`),
  );
}

/** Leaves a call open to everybody. */
export function Open(): MethodDecorator {
  return SetMetadata(SCOPE, OPEN);
}

/** Holds every call to its scope. One that says none is nobody's: it was forgotten. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly access: Access,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const scope = this.reflector.get<Scope | typeof OPEN | undefined>(SCOPE, context.getHandler());
    if (scope === undefined) throw new Error(`${context.getHandler().name} needs a scope, or to be open`);
    if (scope !== OPEN) this.access.demand(scope, context.switchToHttp().getResponse<Response>());
    return true;
  }
}
