import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';

import { Database, openPool } from '../database/database.js';
import { changedState, stateReport } from '../database/state-report.js';
import { CacheView } from './cache-view.js';
import { CacheState } from './ports.js';

const statementTimeoutMs = 400;

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
export class CacheStateRepository extends CacheState implements OnModuleDestroy {
  private readonly pool: Pool;

  constructor(
    private readonly database: Database,
    source: DataSource,
    view: CacheView,
  ) {
    super();
    database.onStateReport = view.observe.bind(view);
    // Two, because a change does not wait for a poll.
    const timeouts = { statement_timeout: statementTimeoutMs, query_timeout: statementTimeoutMs + 100 };
    this.pool = openPool(source, { max: 2, ...timeouts });
  }

  override async poll(): Promise<void> {
    await this.database.runOn(this.pool, poll, []);
  }

  override async change(to: keyof typeof changes, epoch: number, store?: string): Promise<void> {
    const text = `UPDATE cache_state SET ${changes[to]} AND epoch = $1 RETURNING ${changedState}`;
    const values = store === undefined ? [epoch] : [epoch, store];
    await this.database.runOn(this.pool, { name: `turn_cache_${to}`, text }, values);
  }

  async onModuleDestroy(): Promise<void> {
    await this.pool.end();
  }
}
