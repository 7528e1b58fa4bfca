import cors from 'cors';
/** The headers that a script of another origin may read, besides the ones that it may always read. */
const exposedHeaders = [
    ...['ETag', 'Link', 'Location', 'X-Cache', 'X-Request-Id', 'Idempotency-Replayed'],
    ...['RateLimit', 'RateLimit-Policy', 'Retry-After'],
];
/** Allows pages of these origins to use the service. Preflight requests go on to `options`, which knows the methods of a path. */
export function crossOrigin(origins) {
    return cors({ origin: origins, exposedHeaders, preflightContinue: true });
}
//# sourceMappingURL=cors.js.map