import {
  Catch,
  HttpException,
  Logger,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { Request, Response } from 'express';

import { DatabaseError } from 'pg';

import { DatabaseUnavailable } from '../database/database-errors.js';
import { requestIdIn } from '../middleware/request-id.js';
import { allowedMethods } from './routes.js';
import { Problem, problemBody, problemKinds, retryAfterSeconds, type ProblemKind } from './problem.js';

/** Answers every error as application/problem+json (RFC 9457), and tells nothing that is not the client's business. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = this.asProblem(error, request, response);
    const { status } = problemKinds[problem.kind];
    const requestId = requestIdIn(response);
    if (status >= 500) this.logger.error({ msg: problem.message, request_id: requestId, ...faultOf(error) });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (status === 503 || problem.kind === 'request-in-progress')
      response.set('Retry-After', String(retryAfterSeconds));
    response.set(problem.headers);
    const { message: detail, extensions } = problem;
    const body = problemBody(problem.kind, { detail, url: request.originalUrl, requestId, extensions });
    response.status(status).type('application/problem+json').send(body);
  }

  private asProblem(error: unknown, request: Request, response: Response): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof NotFoundException) return this.noRoute(request, response);
    if (error instanceof DatabaseUnavailable)
      return new Problem('unavailable', 'The database does not answer');
    const status = statusOf(error);
    const kind = kindByStatus.get(status) ?? (status < 500 ? 'invalid-request' : 'internal-error');
    const detail = status < 500 && error instanceof Error ? error.message : problemKinds[kind].title;
    return new Problem(kind, detail);
  }

  /** No route was found for the path, or none for the method. */
  private noRoute({ method, path, app }: Request, response: Response): Problem {
    const allowed = allowedMethods(app, path);
    if (allowed.length === 0) return new Problem('not-found', `There is nothing at ${path}`);
    response.set('Allow', allowed.join(', '));
    return new Problem('method-not-allowed', `${path} takes ${allowed.join(', ')}, not ${method}`);
  }
}

/** What the log says of a fault: of one that PostgreSQL reports its code alone, as it may quote what a client sent. */
function faultOf(error: unknown): object {
  const cause = error instanceof DatabaseUnavailable ? error.cause : error;
  if (cause instanceof DatabaseError) return { sqlstate: cause.code };
  return { stack: cause instanceof Error ? cause.stack : String(cause) };
}

/** For errors of Nest and Express, which know a status and no kind. */
const kindByStatus = new Map<number, ProblemKind>([
  [404, 'not-found'],
  [405, 'method-not-allowed'],
  [413, 'body-too-large'],
  [415, 'unsupported-media-type'],
  [429, 'too-many-requests'],
  [503, 'unavailable'],
]);

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' ? status : 500;
}
