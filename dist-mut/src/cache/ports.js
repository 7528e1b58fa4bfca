import { setTimeout as sleep } from 'node:timers/promises';
/** The store of the entries. Each step is atomic. */
export class CacheStore {
}
/** The server answers, but not as the primary that it was. */
export class NotPrimary extends Error {
}
/** The monotonic clock. */
export class Clock {
    /** The milliseconds since the process began. */
    now = () => performance.now();
    /** Resolves after this time. It keeps no process alive. */
    sleep = (ms) => sleep(ms, undefined, { ref: false });
}
//# sourceMappingURL=ports.js.map