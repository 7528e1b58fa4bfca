import { applyDecorators, createParamDecorator, Header } from '@nestjs/common';
import { ListEndpoint } from '../api/endpoint.decorators.js';
import { InvalidRequest } from '../api/problem.js';
import { FeedPageDto } from './event.dto.js';
import { cursorPattern, parseCursor } from './feed-cursor.js';
const streamType = 'text/event-stream';
/** Injects the `StreamRequest`; undefined for a page. HEAD gets a page because a stream does not end. */
export const StreamRequest = createParamDecorator((_, context) => {
    const request = context.switchToHttp().getRequest();
    const { locals } = context.switchToHttp().getResponse();
    const accepted = request.accepts(['application/json', streamType]);
    if (request.method !== 'GET' || accepted !== streamType)
        return undefined;
    const id = request.get('last-event-id');
    const lastEventId = id ? parseCursor(id) : undefined;
    if (id && !lastEventId)
        throw new InvalidRequest([{ field: 'Last-Event-ID', message: 'must be the id of an event' }]);
    return { lastEventId, expiresMs: locals.principal?.expiresMs };
});
const example = `retry: 1000
id: 41-27ae41e4

id: 42-9f86d081
event: ticket.created
data: {"specversion":"1.0","id":"42-9f86d081","source":"/ticket","type":"ticket.created","subject":"7", …}

: heartbeat
id: 42-9f86d081

`;
const gone = `The feed cannot go on after this cursor: \`cursor-expired\` if events after it are no longer kept, \`feed-restarted\` if its event is not in this database, such as after a restore. Load all tickets again, then continue after \`newest_cursor\`.`;
/** Describes the feed in /docs. */
export function FeedEndpoint() {
    const lastEventId = {
        ...{ name: 'Last-Event-ID', required: false, schema: { type: 'string', pattern: cursorPattern.source } },
        description: 'For a stream: the id of the last event that the client has seen. EventSource sends it by itself. It takes precedence over `after`.',
    };
    return applyDecorators(
    // nginx would hold events back until its buffer is full.
    Header('X-Accel-Buffering', 'no'), ListEndpoint(FeedPageDto, {
        description: 'A page of events, or all events as they come, as server-sent events.',
        otherContent: { [streamType]: { schema: { type: 'string' }, example } },
        takes: [lastEventId],
        problems: { 410: gone },
    }));
}
//# sourceMappingURL=feed.decorators.js.map