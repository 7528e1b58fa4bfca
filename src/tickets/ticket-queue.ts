import { Injectable } from '@nestjs/common';

import { lowerAddress, type Reader } from '../api/audience.js';
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
  private readonly queues = new Map<string, Queue>();
  private total = 0;

  /**
   * Runs a write when the earlier ones of its ticket have ended. Throws DatabaseUnavailable at the deadline, and Overloaded if too
   * many wait. A write that has not begun by its deadline never begins.
   *
   * A requester has a queue of its own: it neither delays the writes of others by naming their ticket, nor learns from a delay that there is
   * one.
   */
  async run<Result>(
    id: number,
    { email = '' }: Reader,
    write: (deadline: Deadline) => Promise<Result>,
  ): Promise<Result> {
    const key = `${id} ${lowerAddress(email)}`;
    const queue = this.queues.get(key) ?? { length: 0, last: Promise.resolve() };
    if (queue.length >= maxLength || this.total >= maxTotal) throw new Overloaded();
    this.queues.set(key, queue);
    queue.length++;
    this.total++;
    const deadline = new Deadline();
    const result = queue.last.then(() => {
      deadline.check();
      return write(deadline);
    });
    const end = () => {
      this.total--;
      if (--queue.length === 0) this.queues.delete(key);
    };
    queue.last = result.then(end, end);
    return deadline.limit(result);
  }
}
