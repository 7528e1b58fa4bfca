import { CacheStore } from './ports.js';
/** Life of a lease, longer than any load may take. */
export const leaseMs = 3_000;
/** Number of keys in one command, so that the server confirms it in time. */
const batchSize = 500;
/**
 * The values. Every command counts as a write, GETEX too, so a server that was demoted rejects all of them. A value is `L` and the token of a lease; or `E` and an ETag, which begins with the version, and the body in the next line.
 */
const fillLeased = `
  if redis.call('GETEX', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end`;
const evictLower = `
  for n, key in ipairs(KEYS) do
    local value = redis.call('GETEX', key)
    local version = value and string.match(value, '^E"(%d+)')
    if value and (not version or tonumber(version) < (tonumber(ARGV[n]) or math.huge)) then redis.call('DEL', key) end
  end`;
/** The store in Redis, which all replicas share. */
export class RedisStore extends CacheStore {
    redis;
    environment;
    constructor(redis, environment) {
        super();
        this.redis = redis;
        this.environment = environment;
    }
    get name() {
        return this.redis.name;
    }
    async read(key, lease) {
        const taken = ['SET', this.locate(key), `L${lease}`, 'NX', 'GET', 'PX', String(leaseMs)];
        const value = await this.redis.send(taken);
        if (value === null || value.startsWith('L'))
            return value === null;
        const end = value.indexOf('\n');
        return { etag: value.slice(1, end), body: value.slice(end + 1) };
    }
    async fill(key, lease, { etag, body }) {
        const expireMs = String(this.environment.REDIS_EXPIRE_TIME * 1000);
        const values = [`L${lease}`, `E${etag}\n${body}`, expireMs];
        await this.redis.send(['EVAL', fillLeased, '1', this.locate(key), ...values]);
    }
    /** All at once, because a later command might go on another connection. */
    async evict(evictions) {
        const batches = [];
        for (let n = 0; n < evictions.length; n += batchSize)
            batches.push(evictions.slice(n, n + batchSize));
        const send = (batch) => {
            const keys = batch.map(([key]) => this.locate(key));
            const versions = batch.map(([, version]) => String(version));
            return this.redis.send(['EVAL', evictLower, String(keys.length), ...keys, ...versions]);
        };
        await Promise.all(batches.map(send));
    }
    async deleteOthers(prefix, kept) {
        const pattern = this.locate(prefix).replace(/[[\]*?\\]/g, '\\$&') + '*';
        let cursor = '0';
        do {
            const scan = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', String(batchSize)];
            const [next, keys] = await this.redis.send(scan);
            const others = keys.filter((key) => !key.startsWith(this.locate(kept)));
            if (others.length > 0)
                await this.redis.send(['UNLINK', ...others]);
            cursor = next;
        } while (cursor !== '0');
    }
    locate(key) {
        return this.environment.REDIS_KEY_PREFIX + key;
    }
}
//# sourceMappingURL=redis-store.js.map