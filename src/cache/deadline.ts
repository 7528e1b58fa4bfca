/** Longest time that a request waits for a command of Redis. */
export const redisDeadlineMs = 30;

/** A call missed its deadline. It may still take effect. */
export class DeadlineExceeded extends Error {}

/** A timer that fires this much late shows that the process was busy, and has not read what has arrived. */
const busyMs = 2;
/** Extra time after the process was busy, and how often it is granted. */
const graceMs = 5;
const maxGraces = 5;

/** Resolves or rejects as the call does; rejects with DeadlineExceeded after this time. */
export function within<Result>(ms: number, call: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    const arm = (waitMs: number, graces: number) => {
      const due = performance.now() + waitMs;
      timer = setTimeout(() => {
        const wasBusy = performance.now() - due > busyMs;
        if (wasBusy && graces > 0) arm(graceMs, graces - 1);
        // The event loop runs due timers before it reads sockets: a response that has arrived is read before this callback.
        else setImmediate(reject, new DeadlineExceeded(`No response within ${ms} ms`));
      }, waitMs);
    };
    arm(ms, maxGraces);
    const disarm = () => {
      clearTimeout(timer);
    };
    call.then(disarm, disarm);
    call.then(resolve, reject);
  });
}
