import { randomUUID } from 'node:crypto';
/** Ids that a client may choose: text that cannot be mistaken for another part of a log line. */
const clientId = /^[\w.:-]{1,128}$/;
/** Gives every request an id: the client's X-Request-Id, or a new UUID. The response carries it. */
export function requestId() {
    return ({ headers }, response, next) => {
        const given = headers['x-request-id'];
        response.locals.requestId = typeof given === 'string' && clientId.test(given) ? given : randomUUID();
        next();
    };
}
//# sourceMappingURL=request-id.js.map