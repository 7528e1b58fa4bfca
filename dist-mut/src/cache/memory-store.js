import { LRUCache } from 'lru-cache';
import { CacheStore } from './ports.js';
import { leaseMs } from './redis-store.js';
const maxCharacters = 64 * 1024 * 1024;
/** Rule 8: the store of the embedded default, in this process. No second process has the same data folder. */
export class MemoryStore extends CacheStore {
    name = 'memory';
    values;
    constructor({ REDIS_EXPIRE_TIME }) {
        super();
        this.values = new LRUCache({
            maxSize: maxCharacters,
            sizeCalculation: (value) => (typeof value === 'string' ? value.length : value.body.length + 1),
            ttl: REDIS_EXPIRE_TIME * 1000,
        });
    }
    read(key, lease) {
        const found = this.values.get(key);
        if (found === undefined)
            this.values.set(key, lease, { ttl: leaseMs });
        return Promise.resolve(typeof found === 'object' ? found : found === undefined);
    }
    fill(key, lease, entry) {
        if (this.values.get(key) === lease)
            this.values.set(key, entry);
        return Promise.resolve();
    }
    evict(evictions) {
        for (const [key] of evictions)
            this.values.delete(key);
        return Promise.resolve();
    }
    deleteOthers(prefix, kept) {
        for (const key of this.values.keys())
            if (key.startsWith(prefix) && !key.startsWith(kept))
                this.values.delete(key);
        return Promise.resolve();
    }
}
//# sourceMappingURL=memory-store.js.map