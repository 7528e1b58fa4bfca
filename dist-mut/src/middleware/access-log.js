import { routeOf } from '../api/routes.js';
import { requestSeconds } from '../observability/metrics.js';
/** Media types of streams: of the feed, of imports and exports. */
const streamTypes = new Set(['text/event-stream', 'application/x-ndjson']);
/** Paths that are safe to log. Other paths may contain an email address. */
const plainPath = /^[\w/-]{1,64}$/;
/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
const traceparent = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-[\da-f]{2}/;
/**
 * Measures every request and writes a line to the log when its response has ended.
 * @param hasProxies whether a proxy reports the addresses of clients
 */
export function accessLog(log, hasProxies) {
    return (request, response, next) => {
        const begin = performance.now();
        // request.ip costs more than the rest of the line.
        const address = hasProxies ? request.ip : request.socket.remoteAddress;
        response.on('close', () => {
            const seconds = (performance.now() - begin) / 1000;
            const route = routeOf(request);
            // Streams are not measured, because their clients decide how long they take.
            if (!streamTypes.has(String(response.getHeader('Content-Type'))))
                requestSeconds.observe({ method: request.method, route, status: response.statusCode }, seconds);
            if (log.isLevelEnabled('info'))
                log.info(line(request, response, route, seconds, address), 'request');
        });
        next();
    };
}
/** Returns the fields of a line. It holds no query, body or token. Undefined fields are left out. */
function line(request, response, route, seconds, address) {
    const [path = ''] = request.originalUrl.split('?', 1);
    const parent = request.headers['traceparent'];
    const trace = typeof parent === 'string' ? traceparent.exec(parent) : null;
    return {
        request_id: response.locals.requestId,
        trace_id: trace?.[1],
        parent_id: trace?.[2],
        method: request.method,
        route,
        path: plainPath.test(path) ? path : undefined,
        status: response.statusCode,
        ms: Math.round(seconds * 1e6) / 1e3,
        // The client has not received the whole response.
        aborted: response.writableFinished ? undefined : true,
        address,
    };
}
//# sourceMappingURL=access-log.js.map