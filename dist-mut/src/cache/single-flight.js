/** Shares loads between concurrent readers of a key. A reader shares only a load that begins after it came, so it misses no write. */
export class SingleFlight {
    running = new Map();
    waiting = new Map();
    /** Runs a load of this key; while one is running, shares the one that follows it. */
    load(key, load) {
        const begin = () => {
            this.waiting.delete(key);
            const result = load().finally(() => this.running.delete(key));
            this.running.set(key, result);
            return result;
        };
        const running = this.running.get(key);
        if (!running)
            return begin();
        const next = this.waiting.get(key) ?? running.then(begin, begin);
        this.waiting.set(key, next);
        return next;
    }
}
//# sourceMappingURL=single-flight.js.map