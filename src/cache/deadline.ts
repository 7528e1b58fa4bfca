/** No call of Redis costs a request more than this. */
export const redisDeadlineMs = 30;

/** A call did not answer in time. What it was to do may still happen. */
export class DeadlineExceeded extends Error {}

/** A timer that fires so much too late tells that this process was busy, and what has come has not been read yet. */
const busyMs = 2;

/** What a call is given more each time this process was busy, and how often at the most. */
const graceMs = 5;
const maxGraces = 5;

/** The result of a call, or DeadlineExceeded after this time; what the call does later is not waited for. */
export function within<Result>(ms: number, call: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    const arm = (waitMs: number, graces: number) => {
      const due = performance.now() + waitMs;
      timer = setTimeout(() => {
        const wasBusy = performance.now() - due > busyMs;
        if (wasBusy && graces > 0) arm(graceMs, graces - 1);
        // A due timer runs before what has arrived is read: the last word is left to the turn after that.
        else
          setImmediate(() => {
            reject(new DeadlineExceeded(`No answer within ${ms} ms`));
          });
      }, waitMs);
    };
    arm(ms, maxGraces);
    const answered = () => {
      clearTimeout(timer);
    };
    call.then(answered, answered);
    call.then(resolve, reject);
  });
}
