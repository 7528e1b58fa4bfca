import type { Request, RequestHandler, Response } from 'express';
import ipaddr from 'ipaddr.js';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

import { redisDeadlineMs, within } from '../cache/deadline.js';
import type { Redis } from '../cache/redis.js';
import type { ResponseCache } from '../cache/response-cache.js';
import { isSafeMethod } from './safe-method.js';
import { Problem } from '../api/problem.js';
import { rateLimited } from '../observability/metrics.js';
import { CallCounts } from './call-counts.js';

/** Probes and scrapers come as often as they were told to. */
const exempt = /^\/(health|metrics)\b/;

/** Where the counts are kept: in Redis for all replicas, and in this process for when Redis is away or late. */
interface Counting {
  redis: Redis | undefined;
  cache: ResponseCache;
  /** What the keys of this service begin with. */
  prefix: string;
}

/**
 * Refuses clients that call too often: more than n times in a window of so many seconds, by the subject of their token,
 * else by their address.
 * @param limit n/seconds
 * @see RateLimit header fields for HTTP, draft-ietf-httpapi-ratelimit-headers
 */
export function rateLimit(limit: string, { redis, cache, prefix }: Counting): RequestHandler {
  const [points = 0, duration = 0] = limit.split('/').map(Number);
  const keys = { keyPrefix: `${prefix}rate`, storeClient: redis, useRedisPackage: true };
  const together = redis && new RateLimiterRedis({ points, duration, ...keys });
  const alone = new CallCounts(points, duration);
  // Each call is counted here too, so that one that Redis is late for is not the first of its window.
  const count = async (client: string): Promise<RateLimiterRes> => {
    const here = alone.count(client);
    if (!together || !cache.inUse) return here;
    return within(redisDeadlineMs, consume(together, client)).catch(() => here);
  };
  const policy = `"default";q=${points};w=${duration}`;
  return (request, response, next) => {
    if (exempt.test(request.path) && isSafeMethod(request)) {
      next();
      return;
    }
    count(clientOf(request, response))
      .then(({ consumedPoints, remainingPoints, msBeforeNext }) => {
        const seconds = Math.ceil(msBeforeNext / 1000);
        response.setHeader('RateLimit-Policy', policy);
        response.setHeader('RateLimit', `"default";r=${remainingPoints};t=${seconds}`);
        if (consumedPoints > points) throw new TooManyRequests(limit, seconds);
        next();
      })
      .catch(next);
  };
}

/** 429: the client calls more often than it may. */
class TooManyRequests extends Problem {
  constructor(limit: string, seconds: number) {
    super(
      'too-many-requests',
      `More than ${limit.replace('/', ' calls in ')} s`,
      {},
      { 'Retry-After': String(seconds) },
    );
    rateLimited.inc();
  }
}

/** Counts a call; the library tells of one too many by rejecting with the very same. */
async function consume(limiter: RateLimiterRedis, client: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(client);
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return refused;
    throw refused;
  }
}

/** Who is counted as one. Whoever has an address of IPv6 has all those of its /64. */
function clientOf({ ip = '' }: Request, { locals }: Response): string {
  const subject = locals.principal?.subject;
  if (subject !== undefined) return `sub:${subject}`;
  return `ip:${networkOf(ip)}`;
}

/** The first 64 of the 128 bits of an address of IPv6; the whole of any other. */
function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv6' ? address.toByteArray().slice(0, 8).join('.') : address.toString();
}
