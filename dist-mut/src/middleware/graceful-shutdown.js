var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
/** Time limit for running requests, after which their connections are closed. */
const drainTimeoutMs = 10_000;
/** Interval at which idle connections are closed. */
const idleSweepMs = 50;
/** Time limit for a connection that has not sent a byte yet. */
const silentTimeoutMs = 500;
/** State that the readiness probe reports. */
let Readiness = class Readiness {
    /** True after SIGTERM: load balancers should send no new requests. */
    isShuttingDown = false;
};
Readiness = __decorate([
    Injectable()
], Readiness);
export { Readiness };
/** Tracks the open connections of a server. */
export function watchConnections(server) {
    const open = new Set();
    server.on('connection', (socket) => {
        open.add(socket);
        socket.once('close', () => open.delete(socket));
    });
    return open;
}
/** Adds `Connection: close` to every response, so that clients open their next connection elsewhere. */
export function closeAfterResponses(server) {
    server.prependListener('request', (_request, response) => {
        response.setHeader('Connection', 'close');
    });
}
/** Stops accepting connections; resolves once every running request has its response, or after 10 s. */
export async function drain(server, connections) {
    const closed = once(server, 'close');
    server.close();
    // A kept-alive connection turns idle after its last response, and would stay open.
    const sweep = setInterval(server.closeIdleConnections.bind(server), idleSweepMs);
    // Node.js does not count a connection as idle before its first request.
    const silence = setTimeout(() => {
        for (const socket of connections)
            if (socket.bytesRead === 0)
                socket.destroy();
    }, silentTimeoutMs);
    const deadline = setTimeout(server.closeAllConnections.bind(server), drainTimeoutMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(silence);
    clearTimeout(deadline);
}
//# sourceMappingURL=graceful-shutdown.js.map