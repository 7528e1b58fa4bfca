import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiExtraModels } from '@nestjs/swagger';
import type { Request } from 'express';

import { ListEndpoint } from '../api/endpoint.decorators.js';
import { InvalidRequest } from '../api/problem.js';
import { CloudEventDto, FeedPageDto } from './dto/cloud-event.dto.js';
import { parseCursor, cursorPattern } from './feed-cursor.js';

const streamType = 'text/event-stream';

/** Whether the request asks for a stream. HEAD has no use for one, nor for its never ending. */
function wantsStream(request: Request): boolean {
  return request.method === 'GET' && request.accepts(['application/json', streamType]) === streamType;
}

/** Whether the request asks for a stream. */
export const WantsStream = createParamDecorator((_: unknown, context: ExecutionContext) =>
  wantsStream(context.switchToHttp().getRequest<Request>()),
);

/** The place that a client whose stream has ended comes back to; it sends that by itself. */
export const LastEventId = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<Request>();
  const id = request.get('last-event-id');
  if (!id || !wantsStream(request)) return undefined;
  const place = parseCursor(id);
  if (place) return place;
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
  return applyDecorators(
    ApiExtraModels(CloudEventDto),
    ListEndpoint({
      success: {
        status: 200,
        body: FeedPageDto,
        description: 'A page of events; or all of them as they come, as server-sent events.',
        otherContent: { [streamType]: { schema: { type: 'string' }, example } },
      },
      requestHeaders: [
        {
          name: 'Last-Event-ID',
          description:
            'For a stream: the id of the last event that the client has seen; EventSource sends it by itself. It goes before `after`.',
          required: false,
          schema: { type: 'string', pattern: cursorPattern.source },
        },
      ],
      problems: {
        410: 'Events that follow the place are no longer kept. Begin again, from the beginning or from now.',
      },
    }),
  );
}
