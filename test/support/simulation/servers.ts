import type { StateReport } from '../../../src/database/state-report.js';
import type { Rules } from './rules.js';
import type { VirtualTime } from './virtual-time.js';

/** A value in Redis: the entry of a version, or a lease. */
export type Value = { version: number } | { lease: string };

let runs = 0;

/** A Redis server. */
export class RedisServer {
  readonly name = `redis-${++runs}`;
  isPrimary = true;
  isAlive = true;
  frozenUntil = 0;

  constructor(public data: Map<string, Value>) {}
}

/** The Redis servers, and the address that leads to one of them. */
export class RedisServers {
  readonly first = new RedisServer(new Map());
  readonly second = new RedisServer(new Map());
  current = this.first;
  snapshot: ReadonlyMap<string, Value> = new Map();
  private readonly lags: boolean;

  constructor(time: VirtualTime) {
    this.second.isPrimary = false;
    this.lags = time.random() < 0.5;
  }

  /** Brings the changes of the first server to its replica, unless the replication is broken. Nothing reads the replica before it is promoted. */
  replicate(): void {
    if (!this.lags && this.current === this.first) this.second.data = new Map(this.first.data);
  }
}

interface Row {
  epoch: number;
  state: StateReport['state'];
  store: string;
  retryAt: number;
}

interface Committed {
  version: number;
  numbered: number;
  row: Row;
}

/** PostgreSQL with one ticket, its events, and the row of cache_state. */
export class Postgres {
  instance = 1;
  isDown = false;
  frozenUntil = 0;
  /** The last version, in this and in lost timelines. */
  counter = 1;
  /** The versions of the Idempotency-Keys. */
  keys = new Map<number, number>();
  state: Committed;
  private readonly history: Committed[] = [];

  constructor(
    private readonly time: VirtualTime,
    private readonly rules: Rules,
    row: Row,
  ) {
    this.state = { version: 1, numbered: 1, row };
    this.history.push(this.state);
  }

  /** What a standby shows that lags by some commits. */
  get lagging(): Committed {
    return this.history.at(-1 - Math.floor(this.time.random() * 3)) ?? this.state;
  }

  report({ row }: Committed, isStandby: boolean): StateReport {
    const { epoch, state, store } = row;
    return { identity: `${isStandby ? 'standby of ' : ''}${this.instance}`, isStandby, epoch, state, store };
  }

  commit(change: Partial<Committed>): void {
    this.state = { ...this.state, ...change };
    this.history.push(this.state);
  }

  /** A write with an Idempotency-Key. */
  write(key: number): { version: number; isReplay: boolean } {
    const replayed = this.keys.get(key);
    if (replayed !== undefined) return { version: replayed, isReplay: true };
    this.commit({ version: ++this.counter });
    this.keys.set(key, this.counter);
    return { version: this.counter, isReplay: false };
  }

  change(to: StateReport['state'], epoch: number, store: string | undefined): boolean {
    const { row } = this.state;
    const from = { off: ['on', 'warming'], warming: ['off'], on: ['warming'] }[to];
    const isDue = to !== 'warming' || row.retryAt <= this.time.now;
    if (this.rules.conditional && (row.epoch !== epoch || !from.includes(row.state) || !isDue)) return false;
    const raised = to === 'off' && this.rules.offRaisesEpoch ? 1 : 0;
    const state = to === 'warming' && !this.rules.warming ? 'on' : to;
    this.commit({ row: { ...row, epoch: row.epoch + raised, state, store: store ?? row.store } });
    return true;
  }

  /** Fails over to a standby that lacks the last commits. */
  lose(commits: number): void {
    const kept = Math.max(1, this.history.length - commits);
    this.history.length = kept;
    this.state = this.history.at(-1) ?? this.state;
    for (const [key, version] of this.keys) if (version > this.state.version) this.keys.delete(key);
  }
}

/** The servers of a schedule, and what clients were told. */
export class Servers {
  readonly redis: RedisServers;
  readonly postgres: Postgres;
  /** The highest version that a client was told of. */
  acknowledged = 1;
  /** When a failover lost commits. */
  lostAt = -1;

  constructor(
    readonly time: VirtualTime,
    readonly rules: Rules,
    state: StateReport['state'],
  ) {
    this.redis = new RedisServers(time);
    this.postgres = new Postgres(time, rules, { epoch: 1, state, store: this.redis.first.name, retryAt: 0 });
    if (state !== 'on') return;
    const key = this.storedKey(`ticket:${this.postgres.instance}:1:`);
    for (const { data } of [this.redis.first, this.redis.second]) data.set(key, { version: 1 });
  }

  /** Returns the key in Redis: only the parts that the rules leave. */
  storedKey(key: string): string {
    const [, identity = '', epoch = ''] = key.split(':');
    return `${this.rules.identityInKey ? identity : ''}:${this.rules.epochInKey ? epoch : ''}`;
  }
}
