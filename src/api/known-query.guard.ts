import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';

import { JSON_ONLY, TAKES_QUERY } from './endpoint.decorators.js';
import { InvalidRequest, Problem } from './problem.js';

/** The media type of JSON, with or without parameters. */
const isJson = /^application\/json *(;|$)/i;

/**
 * Rejects query parameters on endpoints that take none, because a misspelt filter would otherwise go unnoticed, and forms on
 * endpoints that take JSON only.
 */
@Injectable()
export class KnownQueryGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const { 'content-type': type = 'application/json' } = request.headers;
    if (this.reflector.get<boolean | undefined>(JSON_ONLY, context.getHandler()) && !isJson.test(type))
      throw new Problem(
        'unsupported-media-type',
        `The Content-Type "${type}" is not supported: send application/json`,
      );
    if (!request.url.includes('?')) return true;
    if (this.reflector.get<boolean | undefined>(TAKES_QUERY, context.getHandler())) return true;
    const message = 'is not a parameter of this endpoint';
    const errors = Object.keys(request.query).map((field) => ({ field, message }));
    if (errors.length > 0) throw new InvalidRequest(errors);
    return true;
  }
}
