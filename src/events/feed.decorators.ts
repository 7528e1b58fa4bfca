import { applyDecorators, createParamDecorator, Header, type ExecutionContext } from '@nestjs/common';
import { ApiExtraModels } from '@nestjs/swagger';
import type { Request, Response } from 'express';

import { ListEndpoint } from '../api/endpoint.decorators.js';
import { InvalidRequest } from '../api/problem.js';
import { CloudEventDto, FeedPageDto } from './event.dto.js';
import { cursorPattern, parseCursor, type FeedCursor } from './feed-cursor.js';

const streamType = 'text/event-stream';

/** A request for a stream. */
export interface StreamRequest {
  /** The cursor that an EventSource sends by itself when it reconnects. */
  lastEventId: FeedCursor | undefined;
  /** The expiry of the caller's token in milliseconds since 1970; undefined if authentication is off. */
  expiresMs: number | undefined;
}

/** Injects the `StreamRequest`; undefined for a page. HEAD gets a page because a stream does not end. */
export const StreamRequest = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<Request>();
  const { locals } = context.switchToHttp().getResponse<Response>();
  const accepted = request.accepts(['application/json', streamType]);
  if (request.method !== 'GET' || accepted !== streamType) return undefined;
  const id = request.get('last-event-id');
  const lastEventId = id ? parseCursor(id) : undefined;
  if (id && !lastEventId)
    throw new InvalidRequest([{ field: 'Last-Event-ID', message: 'must be the id of an event' }]);
  return { lastEventId, expiresMs: locals.principal?.expiresMs };
});

const example = `retry: 1000
id: 731-41

id: 731-42
event: ticket.created
data: {"specversion":"1.0","id":"731-42","source":"/ticket","type":"ticket.created","subject":"7", …}

: heartbeat
id: 735-0

`;

/** Describes the feed in /docs. */
export function FeedEndpoint(): MethodDecorator {
  const lastEventId = {
    ...{ name: 'Last-Event-ID', required: false, schema: { type: 'string', pattern: cursorPattern.source } },
    description:
      'For a stream: the id of the last event that the client has seen. EventSource sends it by itself. It takes precedence over `after`.',
  } as const;
  return applyDecorators(
    Header('Cache-Control', 'no-store'),
    Header('Vary', 'Accept'),
    // nginx would hold events back until its buffer is full.
    Header('X-Accel-Buffering', 'no'),
    ApiExtraModels(CloudEventDto),
    ListEndpoint(FeedPageDto, {
      description: 'A page of events, or all events as they come, as server-sent events.',
      otherContent: { [streamType]: { schema: { type: 'string' }, example } },
      takes: [lastEventId],
      problems: { 410: 'Some events after the cursor are no longer kept. Begin again.' },
    }),
  );
}
