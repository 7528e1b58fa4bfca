import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { Problem } from '../api/problem.js';
import { isSafeMethod } from '../api/routes.js';
import { rateLimited } from '../observability/metrics.js';
/** Probes and scrapers follow their own schedule. */
const exempt = /^\/(health|metrics)\b/;
/**
 * Limits the requests of a client in a window of time, over all replicas if there is Redis, in this process while it does not respond. A
 * client is the subject of a token, else an IP address.
 * @param limit requests/seconds
 * @see RateLimit header fields for HTTP, draft-ietf-httpapi-ratelimit-headers
 */
export function rateLimit(limit, redis, prefix) {
    const [points = 0, duration = 0] = limit.split('/').map(Number);
    const options = { points, duration };
    const local = new RateLimiterMemory(options);
    const keys = {
        keyPrefix: `${prefix}rate`,
        storeClient: redis && limiterClient(redis),
        useRedisPackage: true,
    };
    const insured = { insuranceLimiter: local, rejectIfRedisNotReady: true };
    const limiter = redis ? new RateLimiterRedis({ ...options, ...keys, ...insured }) : local;
    const policy = `"default";q=${points};w=${duration}`;
    return (request, response, next) => {
        if (exempt.test(request.path) && isSafeMethod(request)) {
            next();
            return;
        }
        // It counts as `consume` does, and resolves beyond the limit too.
        limiter
            .penalty(clientKey(request, response))
            .then(({ consumedPoints, remainingPoints, msBeforeNext }) => {
            const seconds = Math.ceil(msBeforeNext / 1000);
            response.setHeader('RateLimit-Policy', policy);
            response.setHeader('RateLimit', `"default";r=${remainingPoints};t=${seconds}`);
            if (consumedPoints > points)
                throw tooManyRequests(limit, seconds);
            next();
        })
            .catch(next);
    };
}
/** The client that rate-limiter-flexible sees: it is not ready while Redis does not respond. */
function limiterClient(redis) {
    return {
        get isReady() {
            return redis.name !== undefined;
        },
        eval: (script, options) => redis.send(['EVAL', script, String(options.keys.length), ...options.keys, ...options.arguments]),
    };
}
function tooManyRequests(limit, seconds) {
    rateLimited.inc();
    const detail = `More than ${limit.replace('/', ' requests in ')} s`;
    return new Problem('too-many-requests', detail, {}, { 'Retry-After': String(seconds) });
}
/** The addresses of one IPv6 network of 64 bits count as one client, because one host can use all of them. */
function clientKey({ ip = '' }, { locals }) {
    const subject = locals.principal?.subject;
    return subject === undefined ? `ip:${clientNetwork(ip)}` : `sub:${subject}`;
}
function clientNetwork(ip) {
    if (!ipaddr.isValid(ip))
        return ip;
    const address = ipaddr.process(ip);
    return address.kind() === 'ipv6' ? address.toByteArray().slice(0, 8).join('.') : address.toString();
}
//# sourceMappingURL=rate-limit.js.map