import express from 'express';
import { InvalidRequest } from '../api/problem.js';
/**
 * Reads the bytes of a body into request.body. express.raw reads a body that is too large, compressed, or of unknown length. For others
 * it would do several times the work: Node.js ends a request with exactly the bytes of its Content-Length, or with an error.
 * @param limit the limit of a body in bytes
 */
export function bodyReader(limit) {
    const readAny = express.raw({ type: () => true, limit, inflate: false });
    return (request, response, next) => {
        const { headers } = request;
        const isPlain = headers['content-encoding'] === undefined && headers['transfer-encoding'] === undefined;
        if (!isPlain || !(Number(headers['content-length']) <= limit)) {
            readAny(request, response, next);
            return;
        }
        const chunks = [];
        request.on('data', (chunk) => chunks.push(chunk));
        // The client has closed the connection, so nothing reads this.
        request.once('error', () => {
            next(new InvalidRequest([{ field: 'body', message: 'was not sent completely' }]));
        });
        request.once('end', () => {
            request.body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
            next();
        });
    };
}
//# sourceMappingURL=body-reader.js.map