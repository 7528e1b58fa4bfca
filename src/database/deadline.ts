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
  async limit<Result>(work: Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const end = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(tooLate());
      }, this.atMs - performance.now());
    });
    try {
      return await Promise.race([work, end]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Returns the result of the work, or undefined if PostgreSQL does not give it before the deadline. */
  async within<Result>(work: Promise<Result>): Promise<Result | undefined> {
    try {
      return await this.limit(work);
    } catch (error) {
      if (error instanceof DatabaseUnavailable) return undefined;
      throw error;
    }
  }
}

function tooLate(): DatabaseUnavailable {
  return new DatabaseUnavailable(new Error('The deadline of the request is over'));
}
