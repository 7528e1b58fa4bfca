import { Injectable } from '@nestjs/common';

import { Overloaded } from '../api/problem.js';
import { Deadline } from '../database/deadline.js';

/** Most writes of one ticket at a time. Those that wait hold their requests in memory. */
const maxLength = 64;

/** Most writes of all tickets at a time. */
const maxTotal = 1_024;

/** The writes of a ticket that have not ended. */
interface Queue {
  length: number;
  /** Resolves when the last write has ended, whether or not it succeeded. */
  last: Promise<void>;
}

/**
 * Runs one write of a ticket at a time, in the order of their arrival; the others of that ticket wait in memory. So a row that
 * another session has locked holds one connection, and a batch has each ticket once.
 */
@Injectable()
export class TicketQueue {
  private readonly queues = new Map<number, Queue>();
  private total = 0;

  /**
   * Runs a write when the earlier ones of its ticket have ended. Throws DatabaseUnavailable at the deadline, and Overloaded if too
   * many wait. A write that has not begun by its deadline never begins.
   */
  async run<Result>(id: number, write: (deadline: Deadline) => Promise<Result>): Promise<Result> {
    const queue = this.queues.get(id) ?? { length: 0, last: Promise.resolve() };
    if (queue.length >= maxLength || this.total >= maxTotal) throw new Overloaded();
    this.queues.set(id, queue);
    queue.length++;
    this.total++;
    const deadline = new Deadline();
    const result = queue.last.then(() => {
      deadline.check();
      return write(deadline);
    });
    const end = () => {
      this.total--;
      if (--queue.length === 0) this.queues.delete(id);
    };
    queue.last = result.then(end, end);
    return deadline.limit(result);
  }
}
