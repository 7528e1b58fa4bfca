import { setTimeout as sleep } from 'node:timers/promises';

import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Pool } from 'pg';

import { Environment } from '../config/environment.js';
import { Database, type Statement } from './database.js';
import { Deadline } from './deadline.js';
import { DatabaseUnavailable, isStatementTimeout } from './database-errors.js';

/** Maximum age of the data of a replica that is read from. */
const maxLagMs = 1_000;

const pollIntervalMs = 200;
const replicaPoolSize = 10;

/** Connections of their own to the primary, so that these reads never take those of writes. */
const primaryPoolSize = 6;

/** WAL position of the primary at a time of `performance.now()`. */
interface Mark {
  atMs: number;
  position: bigint;
}

const selectPosition = { name: 'select_written', text: 'SELECT pg_current_wal_lsn()::text AS lsn' };
const selectReplayed = `
  SELECT pg_last_wal_replay_lsn()::text AS lsn, extract(epoch FROM pg_postmaster_start_time())::text AS start`;

/**
 * Connections for lists, histories, comments and the feed: to the streaming replicas of PostgreSQL, for reads that may be up to one
 * second old, and to the primary. A replica that lags further, does not
 * respond, or whose lag is unknown is not used; without a fresh replica the primary is read.
 *
 * TypeORM's own replication does not start while a replica is down, and does not measure lag.
 */
@Injectable()
export class Replicas implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly primary: Pool;
  private readonly replicas: Replica[];
  private readonly stop = new AbortController();
  private polling = Promise.resolve();
  private turn = 0;

  constructor(
    private readonly database: Database,
    { POSTGRES_REPLICA_HOSTS = [], POSTGRES_PORT }: Environment,
  ) {
    this.primary = database.openPool({ max: primaryPoolSize });
    this.replicas = POSTGRES_REPLICA_HOSTS.map((address) => {
      const [host = '', port = POSTGRES_PORT] = address.split(':');
      return new Replica(database, { host, port: Number(port) });
    });
  }

  /** Number of replicas that are read from now. */
  get inUse(): number {
    return this.replicas.filter(({ isFresh }) => isFresh).length;
  }

  /**
   * Runs a read that may be up to one second old. An empty result is read again on the primary, which has newer rows. Throws
   * DatabaseUnavailable at the deadline, also if a replica and then the primary do not respond.
   */
  run<Row>(statement: Statement, values: unknown[], deadline = new Deadline()): Promise<Row[]> {
    return deadline.limit(this.runOnAny<Row>(statement, values, deadline));
  }

  private async runOnAny<Row>(statement: Statement, values: unknown[], deadline: Deadline): Promise<Row[]> {
    const fresh = this.replicas.filter(({ isFresh }) => isFresh);
    this.turn = (this.turn + 1) % Math.max(fresh.length, 1);
    const replica = fresh[this.turn];
    if (!replica) return this.runOnPrimary<Row>(statement, values);
    try {
      const rows = await this.database.runOn<Row>(replica.pool, statement, values);
      if (rows.length > 0) return rows;
    } catch (error) {
      // A statement that times out here would time out on the primary too.
      if (!(error instanceof DatabaseUnavailable) || isStatementTimeout(error)) throw error;
      replica.markStale();
      deadline.check();
    }
    return this.runOnPrimary<Row>(statement, values);
  }

  /** Runs a read on the primary. */
  runOnPrimary<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.database.runOn<Row>(this.primary, statement, values);
  }

  onApplicationBootstrap(): void {
    if (this.replicas.length > 0) this.polling = this.poll();
  }

  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    await this.polling;
  }

  /** Records the primary's position, and checks which of its recent positions each replica has reached. */
  private async poll(): Promise<void> {
    const marks: Mark[] = [];
    while (!this.stop.signal.aborted) {
      const atMs = performance.now();
      const [primary] = await this.database.run<{ lsn: string }>(selectPosition, []).catch(() => []);
      const position = primary && parseWalPosition(primary.lsn);
      if (position !== undefined) marks.push({ atMs, position });
      while (marks[0] && marks[0].atMs < atMs - maxLagMs) marks.shift();
      // Not awaited, because a replica that does not respond must not delay the others.
      for (const replica of this.replicas) void this.update(replica, [...marks], position);
      await sleep(pollIntervalMs, undefined, { signal: this.stop.signal }).catch(() => undefined);
    }
  }

  private async update(replica: Replica, marks: Mark[], primary: bigint | undefined): Promise<void> {
    const wasFresh = replica.isFresh;
    const replayed = await replica.replayed(primary);
    const mark = marks.findLast(({ position }) => replayed !== undefined && position <= replayed);
    if (mark) replica.markFreshUntil(mark.atMs + maxLagMs);
    if (wasFresh !== replica.isFresh)
      new Logger('Replicas').warn(`${replica.name} is ${replica.isFresh ? 'in use' : 'not in use'}`);
  }
}

/** A streaming replica, with the time until which its data is fresh enough to read. */
class Replica {
  readonly name: string;
  readonly pool: Pool;
  private freshUntilMs = 0;
  private isPolling = false;
  /** The position of the last poll, and the start of the server that it is of. */
  private last: { position: bigint; start: string } | undefined;
  /** The start of the server that was found to be ahead of the primary. */
  private diverged: string | undefined;

  constructor(database: Database, { host, port }: { host: string; port: number }) {
    this.name = `The replica at ${host}:${port}`;
    this.pool = database.openPool({ host, port, max: replicaPoolSize });
  }

  get isFresh(): boolean {
    return performance.now() < this.freshUntilMs;
  }

  markFreshUntil(ms: number): void {
    this.freshUntilMs = Math.max(this.freshUntilMs, ms);
  }

  markStale(): void {
    this.freshUntilMs = 0;
  }

  /**
   * Returns the WAL position that was replayed; undefined if it is unknown, or the previous poll still runs.
   *
   * Also undefined if the position of the last poll is beyond that of the primary, which was asked after it. Then the primary was
   * restored, and the replica has what the primary does not. It is not used again before it restarts: the primary will pass its
   * position with other data.
   */
  async replayed(primary: bigint | undefined): Promise<bigint | undefined> {
    if (this.isPolling) return undefined;
    if (primary !== undefined && this.last && this.last.position > primary) this.diverged = this.last.start;
    this.isPolling = true;
    try {
      const { rows } = await this.pool.query<{ lsn: string | null; start: string }>(selectReplayed);
      const [{ lsn, start } = { lsn: null, start: '' }] = rows;
      if (lsn === null) return undefined;
      this.last = { position: parseWalPosition(lsn), start };
      if (this.diverged !== start) return this.last.position;
      this.markStale();
      return undefined;
    } catch {
      return undefined;
    } finally {
      this.isPolling = false;
    }
  }
}

/** Parses a WAL position such as `16/B374D848`: two hexadecimal halves of a 64-bit number. */
function parseWalPosition(lsn: string): bigint {
  const [high = '', low = ''] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
