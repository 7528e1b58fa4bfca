import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';

import { etagOf } from './etag.js';
import { Page } from './page.js';

/** What a call answers, where there is more to it than a body. */
export class Answer<Body> {
  /**
   * @param body what is sent as JSON
   * @param about.version of the thing that the body shows; becomes the ETag
   * @param about.location the path of what was created
   * @param about.replayed whether this was the answer to an earlier request with the same Idempotency-Key
   */
  constructor(
    readonly body: Body,
    readonly about: { version?: number; location?: string; replayed?: boolean } = {},
  ) {}
}

/** Puts the headers of answers and pages where they belong, and sends their bodies. */
export class AnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const response = http.getResponse<Response>();
    return next.handle().pipe(
      map((result: unknown) => {
        if (result instanceof Answer) return send(result, response);
        if (result instanceof Page) linkNext(result, http.getRequest<Request>(), response);
        return result;
      }),
    );
  }
}

function send({ body, about }: Answer<unknown>, response: Response): unknown {
  if (about.version !== undefined) response.set('ETag', etagOf(about.version));
  if (about.location !== undefined) response.location(about.location);
  if (about.replayed) response.set('Idempotency-Replayed', 'true');
  return body;
}

/** Link rel="next" (RFC 8288): the same list from where this page ended. */
function linkNext(page: Page<unknown>, request: Request, response: Response): void {
  if (page.next_cursor === null) return;
  const [path = '', query] = request.originalUrl.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set(page.cursorParameter(), page.next_cursor);
  response.set('Link', `<${path}?${parameters.toString()}>; rel="next"`);
}
