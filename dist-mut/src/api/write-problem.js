import { problemKinds, problemType, retryAfterSeconds } from './problem.js';
/** Writes a problem (RFC 9457, section 3.1) to a response in one step. Under overload a rejection must cost little. */
export function writeProblem({ url = '' }, response, { kind, message: detail, extensions, headers }) {
    const { locals } = response;
    const { status, title } = problemKinds[kind];
    const [instance] = url.split('?', 1);
    const members = { type: problemType(kind), title, status, detail, instance, request_id: locals?.requestId };
    const body = JSON.stringify({ ...members, ...extensions });
    const head = [...Object.entries(headers).flat(), 'Content-Type', 'application/problem+json; charset=utf-8'];
    head.push('Content-Length', String(Buffer.byteLength(body)));
    if (status === 503 || kind === 'request-in-progress')
        head.push('Retry-After', String(retryAfterSeconds));
    response.writeHead(status, head).end(body);
}
//# sourceMappingURL=write-problem.js.map