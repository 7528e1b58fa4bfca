import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';

import { InvalidRequest } from './problem.js';

const TAKES_QUERY = 'http:takes-query';

/** Marks a call whose query parameters are for its query DTO to check. */
export const TakesQuery = () => SetMetadata(TAKES_QUERY, true);

/** Refuses query parameters on the calls that have none: a misspelt filter would otherwise go unseen. */
@Injectable()
export class KnownQueryGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.reflector.get<boolean | undefined>(TAKES_QUERY, context.getHandler())) return true;
    const request = context.switchToHttp().getRequest<Request>();
    if (!request.url.includes('?')) return true;
    const unknown = Object.keys(request.query);
    if (unknown.length === 0) return true;
    throw new InvalidRequest(unknown.map((field) => ({ field, message: 'is not a parameter of this call' })));
  }
}
