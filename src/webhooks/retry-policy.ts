import { Injectable } from '@nestjs/common';

import { Environment } from '../config/environment.js';
import type { AttemptRecord } from './dispatch.repository.js';

/** The part of a delay by which it is longer or shorter at most, so that endpoints are not called by many at once. */
const jitter = 0.1;

/** Decides what follows from the answer to an attempt. */
@Injectable()
export class RetryPolicy {
  /** The seconds after each failed attempt. */
  private readonly schedule: number[];

  /** The seconds without a success after which an endpoint is disabled. */
  readonly disableAfter: number;

  constructor({ WEBHOOK_RETRY_SCHEDULE }: Environment) {
    this.schedule = WEBHOOK_RETRY_SCHEDULE.map(Number);
    this.disableAfter = 2 * this.schedule.reduce((sum, seconds) => sum + seconds, 0);
  }

  /**
   * Judges an attempt.
   * @param status the status of the answer; null without an answer
   * @param tries the failed attempts before
   * @param retryAfter the seconds of Retry-After
   */
  judge(status: number | null, tries: number, retryAfter = 0): Pick<AttemptRecord, 'outcome' | 'delay'> {
    if (status !== null && status >= 200 && status < 300) return { outcome: 'delivered' };
    if (status === 410) return { outcome: 'gone' };
    const seconds = this.schedule[tries];
    if (seconds === undefined) return { outcome: 'failed' };
    return {
      outcome: 'retry',
      delay: Math.max(retryAfter, seconds * (1 + jitter * (2 * Math.random() - 1))),
    };
  }
}
