import { setTimeout as sleep } from 'node:timers/promises';

import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Environment } from '../config/environment.js';
import { Database, type Statement } from './database.js';
import { DatabaseUnavailable, isStatementTimeout } from './database-errors.js';
import { parseLogPosition, Replica } from './replica.js';

/** How far behind the primary a replica that is read from may be. */
const maxLagMs = 1_000;

/** How often to look how far they are. */
const watchMs = 200;

/** How far the primary was at a time. */
interface Mark {
  atMs: number;
  position: bigint;
}

const selectWritten = { name: 'select_written', text: 'SELECT pg_current_wal_lsn()::text AS lsn' };

/**
 * Streaming replicas of PostgreSQL, for reads that may tell of a moment ago. One that lies further behind than a second,
 * that does not answer, or of which that is not known, is left alone; where none is left the primary is read.
 *
 * TypeORM's own replication would not start while a replica is away, and knows nothing of how far one is.
 */
@Injectable()
export class Replicas implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly replicas: Replica[];
  private readonly stop = new AbortController();
  private watching = Promise.resolve();
  private turn = 0;

  constructor(
    private readonly database: Database,
    source: DataSource,
    { POSTGRES_REPLICA_HOSTS = [], POSTGRES_PORT }: Environment,
  ) {
    this.replicas = POSTGRES_REPLICA_HOSTS.map((address) => {
      const [host = '', port = POSTGRES_PORT] = address.split(':');
      return new Replica(source, { host, port: Number(port) });
    });
  }

  /** How many replicas are read from now. */
  get inUse(): number {
    return this.replicas.filter(({ isFresh }) => isFresh).length;
  }

  /**
   * Runs a read that may tell of a moment ago. Where a replica finds nothing the primary is asked: what is looked for
   * may be younger than that.
   */
  async run<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const replica = this.next();
    if (!replica) return this.database.run<Row>(statement, values);
    try {
      const rows = await this.database.runOn<Row>(replica.pool, statement, values);
      if (rows.length > 0) return rows;
    } catch (error) {
      // What takes too long is not the replica's fault, and would take as long on the primary.
      if (!(error instanceof DatabaseUnavailable) || isStatementTimeout(error)) throw error;
      replica.markStale();
    }
    return this.database.run<Row>(statement, values);
  }

  onApplicationBootstrap(): void {
    if (this.replicas.length > 0) this.watching = this.watch();
  }

  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    await this.watching;
    await Promise.all(this.replicas.map((replica) => replica.end()));
  }

  private next(): Replica | undefined {
    const fresh = this.replicas.filter(({ isFresh }) => isFresh);
    this.turn = (this.turn + 1) % Math.max(fresh.length, 1);
    return fresh[this.turn];
  }

  /** Notes how far the primary is, and asks each replica whether it has come as far as the primary was not long ago. */
  private async watch(): Promise<void> {
    const marks: Mark[] = [];
    while (!this.stop.signal.aborted) {
      const atMs = performance.now();
      const written = await this.database
        .runForOne<{ lsn: string }>(selectWritten, [])
        .catch(() => undefined);
      if (written) marks.push({ atMs, position: parseLogPosition(written.lsn) });
      while (marks[0] && marks[0].atMs < atMs - maxLagMs) marks.shift();
      // Not waited for: one that does not answer must not hold up the others.
      for (const replica of this.replicas) void this.look(replica, [...marks]);
      await sleep(watchMs, undefined, { signal: this.stop.signal }).catch(() => undefined);
    }
  }

  private async look(replica: Replica, marks: Mark[]): Promise<void> {
    const wasFresh = replica.isFresh;
    const replayed = await replica.replayed();
    const mark = marks.findLast(({ position }) => replayed !== undefined && position <= replayed);
    if (mark) replica.markFreshUntil(mark.atMs + maxLagMs);
    if (wasFresh !== replica.isFresh)
      new Logger('Replicas').warn(`${replica.name} is ${replica.isFresh ? 'read from' : 'left alone'}`);
  }
}
