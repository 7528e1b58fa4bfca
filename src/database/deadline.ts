import { DatabaseUnavailable } from './database-errors.js';

/** With half a second before and after it for the state of the cache, a write gets a response within 3 s. */
const limitMs = 1_900;

/** The least time that must be left to begin something. With less, its result would come too late. */
const marginMs = 100;

/** The end of the time that a request waits for its statements, in queues and on PostgreSQL. */
export class Deadline {
  private readonly atMs: number;

  /** @param ms time until the deadline, in milliseconds */
  constructor(ms = limitMs) {
    this.atMs = performance.now() + ms;
  }

  /** Throws DatabaseUnavailable if too little time is left to begin something. */
  check(): void {
    if (performance.now() >= this.atMs - marginMs) throw tooLate();
  }

  /** Returns the result of the work, or throws DatabaseUnavailable at the deadline. Work that has begun goes on. */
  limit<Result>(work: Promise<Result>): Promise<Result> {
    return this.race(work, () => {
      throw tooLate();
    });
  }

  /** Returns the result of the work, or undefined at the deadline. Work that has begun goes on. */
  within<Result>(work: Promise<Result>): Promise<Result | undefined> {
    return this.race(work, () => undefined);
  }

  private async race<Result, Late>(work: Promise<Result>, late: () => Late): Promise<Result | Late> {
    let timer: NodeJS.Timeout | undefined;
    const end = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.atMs - performance.now());
    });
    try {
      return await Promise.race([work, end.then(late)]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function tooLate(): DatabaseUnavailable {
  return new DatabaseUnavailable(new Error('The deadline of the request is over'));
}
