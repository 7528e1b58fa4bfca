import pLimit from 'p-limit';

import { concernsOneItem } from './database-errors.js';
import { Deadline } from './deadline.js';

/** Most items of one statement. */
const maxItems = 128;

/** Statements of a batch at a time: PostgreSQL works on one while this process reads and writes the other. */
const maxRunning = 2;

/** Items that run alone at a time. More locked rows than that wait here, and not on connections. */
const maxAlone = 2;

/** A statement that runs many items or one. `On` is what it runs on, such as a connection. */
export interface BatchStatement<Item, Result, On extends unknown[] = []> {
  /**
   * Runs the items in one statement, without waiting for locks that others hold.
   * @returns the results in the order of the items, undefined for an item that must run alone
   */
  together: (items: Item[], ...on: On) => Promise<(Result | undefined)[]>;
  /** Runs one item, and waits for locks. */
  alone: (item: Item, ...on: On) => Promise<Result>;
}

interface Entry<Item, Result> {
  item: Item;
  deadline: Deadline;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Sends to PostgreSQL together what arrives together. Items that arrive in one turn of the event loop, or while two statements
 * run, share the next statement. An item that arrives alone is sent at the end of its turn and waits for nobody.
 *
 * An error that one item may have caused rolls all of them back, and each then runs alone, so that it meets only its own errors.
 * Any other error, such as a lost connection, is the error of all: whether they took effect is unknown.
 */
export class Batch<Item, Result> {
  private readonly waiting: Entry<Item, Result>[] = [];
  private readonly limitAlone = pLimit(maxAlone);
  private running = 0;
  private isScheduled = false;

  constructor(private readonly statement: BatchStatement<Item, Result>) {}

  /** Returns the result of an item; throws its error, or DatabaseUnavailable at the deadline. */
  run(item: Item, deadline: Deadline): Promise<Result> {
    const result = new Promise<Result>((resolve, reject) => {
      this.waiting.push({ item, deadline, resolve, reject });
      this.schedule();
    });
    return deadline.limit(result);
  }

  /** Sends what waits at the end of this turn of the event loop, in which more may arrive. */
  private schedule(): void {
    if (this.isScheduled || this.running === maxRunning || this.waiting.length === 0) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      void this.send(this.waiting.splice(0, maxItems));
      this.schedule();
    });
  }

  private async send(all: Entry<Item, Result>[]): Promise<void> {
    const entries = all.filter(isInTime);
    if (entries.length === 0) return;
    this.running++;
    try {
      const results = await this.statement.together(entries.map(({ item }) => item));
      entries.forEach((entry, n) => {
        const result = results[n];
        if (result === undefined) this.runAlone(entry);
        else entry.resolve(result);
      });
    } catch (error) {
      const isRetried = entries.length > 1 && concernsOneItem(error);
      for (const entry of entries) {
        if (isRetried) this.runAlone(entry);
        else entry.reject(error);
      }
    } finally {
      this.running--;
      this.schedule();
    }
  }

  private runAlone(entry: Entry<Item, Result>): void {
    this.limitAlone(() => {
      entry.deadline.check();
      return this.statement.alone(entry.item);
    }).then(entry.resolve, entry.reject);
  }
}

/** Rejects an entry whose deadline is over. */
function isInTime<Item, Result>({ deadline, reject }: Entry<Item, Result>): boolean {
  try {
    deadline.check();
    return true;
  } catch (error) {
    reject(error);
    return false;
  }
}
