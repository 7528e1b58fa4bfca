import pg from 'pg';
import type { DataSource } from 'typeorm';

import { connectionOptions, getPool } from './pool.js';

/** How many connections a replica is given for reads. */
const poolSize = 10;

/** A streaming replica, and until when it may be read from. */
export class Replica {
  /** What the log calls it. */
  readonly name: string;

  /** Its connections. */
  readonly pool: pg.Pool;
  private freshUntilMs = 0;
  private isAsked = false;

  constructor(source: DataSource, { host, port }: { host: string; port: number }) {
    this.name = `The replica at ${host}:${port}`;
    this.pool = new pg.Pool({ ...connectionOptions(getPool(source)), host, port, max: poolSize });
    // A connection that is lost while it is idle tells the pool, which makes another.
    this.pool.on('error', () => undefined);
  }

  /** Whether it is known to be near enough to the primary. */
  get isFresh(): boolean {
    return performance.now() < this.freshUntilMs;
  }

  /** It was near enough at a time, and so may be read from until a later one. */
  markFreshUntil(ms: number): void {
    this.freshUntilMs = Math.max(this.freshUntilMs, ms);
  }

  /** Leaves it alone until it is known again. */
  markStale(): void {
    this.freshUntilMs = 0;
  }

  /** How far it has come in the primary's log; undefined where it does not say, or is still being asked. */
  async replayed(): Promise<bigint | undefined> {
    if (this.isAsked) return undefined;
    this.isAsked = true;
    try {
      const { rows } = await this.pool.query<{ lsn: string | null }>(
        'SELECT pg_last_wal_replay_lsn()::text AS lsn',
      );
      const lsn = rows[0]?.lsn;
      return lsn ? parseLogPosition(lsn) : undefined;
    } catch {
      return undefined;
    } finally {
      this.isAsked = false;
    }
  }

  /** Ends its connections. */
  async end(): Promise<void> {
    await this.pool.end();
  }
}

/** A position in PostgreSQL's log, as a number: it is written as two halves in hexadecimal digits. */
export function parseLogPosition(written: string): bigint {
  const [high = '', low = ''] = written.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
