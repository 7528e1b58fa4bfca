import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';

import { TAKES_QUERY } from './endpoint.decorators.js';
import { InvalidRequest } from './problem.js';

/** Rejects query parameters on endpoints that take none, because a misspelt filter would otherwise go unnoticed. */
@Injectable()
export class KnownQueryGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (!request.url.includes('?')) return true;
    if (this.reflector.get<boolean | undefined>(TAKES_QUERY, context.getHandler())) return true;
    const message = 'is not a parameter of this endpoint';
    const errors = Object.keys(request.query).map((field) => ({ field, message }));
    if (errors.length > 0) throw new InvalidRequest(errors);
    return true;
  }
}
