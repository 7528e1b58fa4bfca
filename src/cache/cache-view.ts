import { Injectable } from '@nestjs/common';

import { Problem } from '../api/problem.js';
import type { StateReport } from '../database/state-report.js';
import { Clock } from './ports.js';

/** Age at which a report is too old to act on. */
const maxAgeMs = 300;
/** Longer than any replica may act on an older report. */
export const settleMs = 400;
/** Time that a request waits for a report. */
const patienceMs = 500;
const recheckMs = 5;

/** The entries of one identity of the database and one epoch. */
export interface Place {
  readonly name: string;
  readonly epoch: number;
  /** The time at which this replica first received a report of it. */
  readonly seenAt: number;
}

/** The latest report. */
export interface View extends StateReport {
  readonly place: Place;
  /** The time at which the statement of the report began. */
  readonly begunAt: number;
  /** The time at which this replica first received this state of the place. */
  readonly stateSeenAt: number;
}

/** Rule 1, the view: what this replica knows of the row, and since when. */
@Injectable()
export class CacheView {
  private latest: View | undefined;

  constructor(private readonly clock: Clock) {}

  /**
   * Takes the report of a poll, or of a statement that writes or loads a ticket. A standby's says nothing. Where an older statement names
   * another database, it is unknown which one serves now, until the next report.
   */
  observe(report: StateReport, begunAt: number): void {
    const { latest } = this;
    if (report.isStandby) return;
    if (latest && begunAt < latest.begunAt) {
      if (report.identity !== latest.identity) this.latest = undefined;
      return;
    }
    const now = this.clock.now();
    const name = `${report.identity}:${report.epoch}`;
    const place = latest?.place.name === name ? latest.place : { name, epoch: report.epoch, seenAt: now };
    const isSame = latest?.place === place && latest.state === report.state;
    this.latest = { ...report, place, begunAt, stateSeenAt: isSame ? latest.stateSeenAt : now };
  }

  /** The latest report, if its statement began less than `ms` ago. */
  within(ms: number): View | undefined {
    return this.latest && this.clock.now() - this.latest.begunAt < ms ? this.latest : undefined;
  }

  /** The report to act on now. */
  get current(): View | undefined {
    return this.within(maxAgeMs);
  }

  /** Waits a moment for a report to act on; throws Problem 503 without one. */
  async require(): Promise<View> {
    for (const deadline = this.clock.now() + patienceMs; this.clock.now() < deadline;) {
      if (this.current) return this.current;
      await this.clock.sleep(recheckMs);
    }
    throw new Problem('unavailable', 'The database does not respond');
  }

  /** Rule 4: no write is answered before this time after its place was first seen, because others may act on what was before. */
  async settle({ seenAt }: Place): Promise<void> {
    const ms = seenAt + settleMs - this.clock.now();
    if (ms > 0) await this.clock.sleep(ms);
  }
}
