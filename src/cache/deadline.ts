/** A call did not answer in time. What it was to do may still happen. */
export class DeadlineExceeded extends Error {}

/**
 * The result of a call, or DeadlineExceeded after this time; what the call does later is not waited for.
 *
 * An answer that has come while this process was busy counts: a due timer runs before what has arrived is read, so the
 * last word is left to the turn of the event loop after that.
 */
export function within<Result>(ms: number, call: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(() => {
        reject(new DeadlineExceeded(`No answer within ${ms} ms`));
      });
    }, ms);
    const answered = () => {
      clearTimeout(timer);
    };
    call.then(answered, answered);
    call.then(resolve, reject);
  });
}
