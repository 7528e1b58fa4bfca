import type { CacheEntry } from '../../../src/cache/ports.js';
import { Faults } from './faults.js';
import { Replica, type Removal } from './replica.js';
import { allRules } from './rules.js';
import type { Schedule } from './schedules.js';
import { Servers } from './servers.js';
import { randomFrom, VirtualTime } from './virtual-time.js';

const durationMs = 2_600;
const numberingTimeoutMs = 10_000;
const ticketId = 1;

/** A read that began after a write was acknowledged, or shown by the feed, and answered with an earlier version. */
export interface StaleRead {
  replica: number;
  outcome: string;
  version: number;
  expected: number;
}

/** Replicas of the service on one PostgreSQL and one Redis, in virtual time. One ticket is written and read. */
export class World {
  /** What happened. */
  readonly counts = { HIT: 0, MISS: 0, BYPASS: 0, acknowledged: 0, numbered: 0 };
  private readonly time: VirtualTime;
  private readonly servers: Servers;
  private readonly replicas: Replica[] = [];
  private stale: StaleRead | undefined;
  private numbering: { replica: Replica; until: number } | undefined;

  constructor(
    private readonly schedule: Schedule,
    private readonly removal: Removal = {},
  ) {
    this.time = new VirtualTime(randomFrom(schedule.seed));
    this.servers = new Servers(this.time, { ...allRules, ...removal.rules }, schedule.begins);
  }

  /** Runs the schedule; returns the first stale read. */
  async run(): Promise<StaleRead | undefined> {
    const { time, schedule, servers } = this;
    for (let n = 0; n < schedule.replicas; n++) this.startReplica();
    for (const { at, key, again, lockMs } of schedule.writes)
      for (const begin of again > 0 ? [at, at + again] : [at])
        time.at(begin, () => {
          this.request((replica) => this.write(replica, key, lockMs));
        });
    for (const at of schedule.reads) time.at(at, this.startRead);
    const faults = new Faults(servers, this.replicas, () => {
      this.startReplica();
    });
    for (const fault of schedule.faults)
      time.at(fault.at, () => {
        faults.inject(fault);
      });
    time.at(time.between(0, 800), () => (servers.redis.snapshot = new Map(servers.redis.current.data)));
    await time.run(durationMs, () => this.stale !== undefined);
    return this.stale;
  }

  private startReplica(): void {
    const { time, servers } = this;
    const replica = new Replica(servers, this.removal);
    this.replicas.push(replica);
    replica.start({ hasRunForLong: time.now === 0 });
    void this.runNumbering(replica);
  }

  /** Sends a request to some replica. */
  private request(act: (replica: Replica) => Promise<void>): void {
    const running = this.replicas.filter(({ isDead }) => !isDead);
    const replica = running[Math.floor(this.time.random() * running.length)];
    replica?.resume(0, () => {
      this.time.resumed();
      act(replica).catch(() => undefined);
    });
  }

  private readonly startRead = (): void => {
    this.request((replica) => this.read(replica));
  };

  /** Clients read what they were told of. */
  private readSoon(): void {
    for (const waitMs of [0, 60, 350]) this.time.after(this.time.random() * waitMs, this.startRead);
  }

  private async read(replica: Replica): Promise<void> {
    const { postgres, acknowledged } = this.servers;
    const expected = Math.max(acknowledged, postgres.state.numbered);
    const begunAt = this.time.now;
    const load = async (): Promise<CacheEntry> => {
      const version = await replica.statement(
        (isStandby) => (isStandby ? postgres.lagging : postgres.state).version,
      );
      return { etag: `"${version}"`, body: '' };
    };
    const { entry, outcome } = await replica.cache.read(ticketId, load);
    this.counts[outcome]++;
    const version = Number(entry.etag.slice(1, -1));
    // What a failover has lost while the read ran is nothing that was promised.
    if (version < expected && this.servers.lostAt < begunAt)
      this.stale ??= { replica: this.replicas.indexOf(replica), outcome, version, expected };
  }

  /** A write route with @EvictsTicket(). */
  private async write(replica: Replica, key: number, lockMs: number): Promise<void> {
    const { time, servers } = this;
    const { postgres, rules } = servers;
    await replica.view.require();
    let written: { version: number; isReplay: boolean } | undefined;
    try {
      written = await replica.statement((isStandby) => (isStandby ? undefined : postgres.write(key)), {
        lockMs,
      });
    } finally {
      if (time.random() < 0.1) await replica.wait(time.between(0, 60));
      if (!written?.isReplay || rules.replayEvicts) await replica.cache.invalidate([{ id: ticketId }]);
    }
    // A standby has refused it, or a failover has lost it.
    if (!written || postgres.keys.get(key) !== written.version) return;
    if (written.version <= servers.acknowledged) return;
    servers.acknowledged = written.version;
    this.counts.acknowledged++;
    this.readSoon();
  }

  /** The rounds of event-numbering.repository.ts. */
  private async runNumbering(replica: Replica): Promise<void> {
    const { postgres } = this.servers;
    await replica.wait(this.time.between(0, 100));
    for (;;) {
      if (postgres.state.version > postgres.state.numbered) await this.number(replica).catch(() => undefined);
      if (this.numbering?.replica === replica) this.numbering = undefined;
      await replica.wait(100);
    }
  }

  private async number(replica: Replica): Promise<void> {
    const { postgres, rules } = this.servers;
    const { instance } = postgres;
    const lock = (isStandby: boolean) => !isStandby && this.lockNumbering(replica);
    if (!(await replica.statement(lock, { reports: false }))) return;
    const version = await replica.statement(() => postgres.state.version);
    if (rules.numberingEvicts) await replica.cache.invalidate([{ id: ticketId, version }]);
    await replica.statement(
      () => {
        if (this.numbering?.replica !== replica || postgres.instance !== instance) return;
        postgres.commit({ numbered: rules.numbersSelected ? version : postgres.state.version });
        this.counts.numbered++;
        this.readSoon();
      },
      { reports: false },
    );
  }

  private lockNumbering(replica: Replica): boolean {
    const { now } = this.time;
    if (this.numbering && !this.numbering.replica.isDead && this.numbering.until > now) return false;
    this.numbering = { replica, until: now + numberingTimeoutMs };
    return true;
  }
}
