import { createServer, IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';
import { StreamableFile } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { sendResponse } from './api-response.js';
/**
 * A connection with a request in progress on which nothing can be sent or received is closed after once or twice this time: Node.js
 * takes the first part of a response that was sent for progress.
 */
const stalledTimeoutMs = 15_000;
/** The time limits of clients. */
const timeouts = {
    // The head of a request fits into a packet or two. This allows for a bad connection, but not for one byte per second.
    headersTimeout: 10_000,
    // A body of at most 512 KiB, at some 220 kbit/s.
    requestTimeout: 20_000,
    // Load balancers keep a connection for 60 s. The side that sends requests should be the one that closes it.
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 1_000,
};
/**
 * Runs Express on a server whose requests and responses are created with Express's prototypes.
 *
 * Express sets the prototype of every request and response by Object.setPrototypeOf. Up to Node.js 22, V8 then treats the
 * objects of node:http as dictionaries, which makes each use of them slow. If the prototype is right already, the same
 * call changes nothing. Newer versions change prototypes at less cost.
 */
export class PrototypedExpressAdapter extends ExpressAdapter {
    /** The address that links begin with; empty for paths. */
    publicUrl = '';
    rejectTarget = (_request, response) => response.writeHead(400).end();
    /** Sets the handler of requests whose target has no path, such as `http://[`. Express sends an HTML page for those. */
    onUnreadableTarget(handler) {
        this.rejectTarget = handler;
    }
    initHttpServer() {
        const app = this.getInstance();
        Object.assign(app.response, { writeHead });
        const classes = {
            IncomingMessage: withPrototype(app.request, IncomingMessage),
            ServerResponse: withPrototype(app.response, ServerResponse),
        };
        const listener = (request, response) => {
            const isReadable = hasPath(request.url);
            if (!isReadable)
                Object.assign(response, { locals: {} });
            const handle = isReadable
                ? app
                : this.rejectTarget;
            handle(request, response);
        };
        const server = createServer({ ...timeouts, ...classes }, listener);
        // The body parser asks for the body. A request that is rejected before that is not worth sending it.
        server.on('checkContinue', listener);
        server.on('clientError', rejectMalformed);
        server.setTimeout(stalledTimeoutMs);
        this.httpServer = server;
    }
    /** Sets the status. Express's own method validates a code that Nest has validated. */
    status(response, code) {
        response.statusCode = code;
        return response;
    }
    /** Sends the result of an endpoint. */
    reply(response, result, status = response.statusCode) {
        if (result instanceof StreamableFile) {
            // The feed may have nothing to send for longer, and has its own limit for a client that does not read.
            if (result.getHeaders().type === 'text/event-stream')
                response.setTimeout(0);
            return super.reply(response, result, status);
        }
        sendResponse(response, result, status, this.publicUrl);
        return undefined;
    }
}
/** Sockets whose request may take longer than requestTimeout. */
const exempt = new WeakSet();
/** Lets a request take any time, because its body is a stream. Its connection is still closed if it makes no progress. */
export function exemptFromRequestTimeout(request) {
    const { socket } = request;
    exempt.add(socket);
    request.once('close', () => exempt.delete(socket));
}
/** The statuses of errors of node:http; 400 for all others. */
const errorStatuses = {
    ERR_HTTP_REQUEST_TIMEOUT: 408,
    HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
    HPE_HEADER_OVERFLOW: 431,
};
/** Rejects a request that node:http cannot read, as node:http itself does. It reports a timeout once for each request. */
function rejectMalformed(error, socket) {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && exempt.has(socket))
        return;
    const { _httpMessage: response } = socket;
    const status = errorStatuses[error.code ?? ''] ?? 400;
    if (socket.writable && !response?.headersSent)
        socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\n\r\n`);
    socket.destroy(error);
}
function hasPath(target = '') {
    return target.startsWith('/') || target === '*' || (/^https?:\/\//i.test(target) && URL.canParse(target));
}
/** Returns a subclass whose objects have another prototype. */
function withPrototype(prototype, parent) {
    const construct = function (...parameters) {
        Reflect.apply(parent, this, parameters);
    };
    construct.prototype = prototype;
    return construct;
}
/** Adds the base headers and the request id. A list of headers is written in one step, which costs less than setting each. */
function writeHead(status, ...rest) {
    // Express sets locals when it gets the request.
    const { baseHeaders: common = [], requestId } = this.locals ?? {};
    // An endpoint may have set Cache-Control. What others set in Vary is a part of the base.
    const isFree = (_, n) => common[n - (n % 2)] !== 'Cache-Control';
    const baseHeaders = this.hasHeader('Cache-Control') ? common.filter(isFree) : common;
    const id = requestId === undefined ? [] : ['X-Request-Id', requestId];
    const [own] = rest;
    if (Array.isArray(own))
        return nodeWriteHead.call(this, status, baseHeaders.concat(id, own));
    const base = baseHeaders.concat(id);
    for (let n = 0; n < base.length; n += 2)
        this.setHeader(base[n] ?? '', base[n + 1] ?? '');
    return nodeWriteHead.call(this, status, ...rest);
}
const nodeWriteHead = Reflect.get(ServerResponse.prototype, 'writeHead');
//# sourceMappingURL=express.adapter.js.map