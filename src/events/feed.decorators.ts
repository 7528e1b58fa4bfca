import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiExtraModels } from '@nestjs/swagger';
import type { Request } from 'express';

import { ListEndpoint } from '../api/endpoint.decorators.js';
import { InvalidRequest } from '../api/problem.js';
import { CloudEventDto, FeedPageDto } from './event.dto.js';
import { cursorPattern, parseCursor } from './feed-cursor.js';

const streamType = 'text/event-stream';

/** HEAD gets no stream because a stream does not end. */
function wantsStream(request: Request): boolean {
  return request.method === 'GET' && request.accepts(['application/json', streamType]) === streamType;
}

/** Injects whether the request asks for a stream. */
export const WantsStream = createParamDecorator((_: unknown, context: ExecutionContext) =>
  wantsStream(context.switchToHttp().getRequest<Request>()),
);

/** Injects the cursor that an EventSource sends by itself when it reconnects. */
export const LastEventId = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<Request>();
  const id = request.get('last-event-id');
  if (!id || !wantsStream(request)) return undefined;
  const cursor = parseCursor(id);
  if (cursor) return cursor;
  throw new InvalidRequest([{ field: 'Last-Event-ID', message: 'must be the id of an event' }]);
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
    ApiExtraModels(CloudEventDto),
    ListEndpoint(FeedPageDto, {
      description: 'A page of events, or all events as they come, as server-sent events.',
      otherContent: { [streamType]: { schema: { type: 'string' }, example } },
      takes: [lastEventId],
      problems: { 410: 'Some events after the cursor are no longer kept. Begin again.' },
    }),
  );
}
