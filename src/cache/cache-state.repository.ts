import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import { Database } from '../database/database.js';
import { changedState, stateReport } from '../database/state-report.js';
import { CacheView } from './cache-view.js';

const poll = { name: 'poll_cache_state', text: `SELECT ${stateReport}` };

/** The changes of the row. $1: the epoch; $2: the name of the store. */
const changes = {
  // A failure within a minute after the cache was turned on doubles the wait before the next try, up to a minute.
  off: `
    epoch = epoch + 1, state = 'off', retry_at = clock_timestamp() + waits.next, wait = waits.next
    FROM (
      SELECT CASE WHEN on_at > clock_timestamp() - interval '1 minute' THEN least(wait * 2, interval '1 minute')
        ELSE interval '2 seconds' END AS next
      FROM cache_state
    ) AS waits
    WHERE state <> 'off'`,
  warming: `state = 'warming', store = $2 WHERE state = 'off' AND retry_at <= clock_timestamp()`,
  on: `state = 'on', on_at = clock_timestamp() WHERE state = 'warming'`,
};

/** Runs the statements on the row of cache_state, on connections of their own, so that a busy pool does not delay them. */
@Injectable()
export class CacheStateRepository {
  private readonly pool: Pool;

  constructor(
    private readonly database: Database,
    view: CacheView,
  ) {
    database.onStateReport = view.observe.bind(view);
    // Two, because a change does not wait for a poll.
    this.pool = database.openPool({ max: 2, query_timeout: 500 }, 400);
  }

  /** Reads the row. Its report reaches the view as every report does. */
  async poll(): Promise<void> {
    await this.database.runOn(this.pool, poll, []);
  }

  /** Changes the row, if it still has this epoch, and the state that the change begins with. */
  async change(to: keyof typeof changes, epoch: number, store?: string): Promise<void> {
    const text = `UPDATE cache_state SET ${changes[to]} AND epoch = $1 RETURNING ${changedState}`;
    const values = store === undefined ? [epoch] : [epoch, store];
    await this.database.runOn(this.pool, { name: `turn_cache_${to}`, text }, values);
  }
}
