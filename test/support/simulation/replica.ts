import { CacheKeeper } from '../../../src/cache/cache-keeper.js';
import { CacheView } from '../../../src/cache/cache-view.js';
import type { Clock } from '../../../src/cache/ports.js';
import { TicketCache } from '../../../src/cache/ticket-cache.js';
import type { StateReport } from '../../../src/database/state-report.js';
import { SimulatedProcess } from './process.js';
import type { Rules } from './rules.js';
import type { Servers } from './servers.js';
import { SimulatedRedis } from './simulated-redis.js';

/** How one rule is removed: in the servers, or in the protocol code of a replica. */
export interface Removal {
  rules?: Partial<Rules>;
  replica?: (replica: Replica) => void;
}

/** A replica of the service: the protocol code of src/cache, on simulated servers. */
export class Replica extends SimulatedProcess {
  readonly clock: Clock;
  readonly view: CacheView;
  readonly store: SimulatedRedis;
  readonly keeper: CacheKeeper;
  readonly cache: TicketCache;

  constructor(servers: Servers, removal: Removal) {
    super(servers);
    const { time } = servers;
    const clock = { now: () => time.now, sleep: (ms: number) => this.wait(ms) };
    this.clock = clock;
    this.view = new CacheView(clock);
    this.store = new SimulatedRedis(this);
    this.keeper = new CacheKeeper(this.view, new SimulatedState(this), this.store, clock);
    Object.assign(this.keeper, { logger: { warn: () => undefined } });
    this.cache = new TicketCache(this.view, this.keeper, this.store);
    removal.replica?.(this);
  }

  override observe(report: StateReport, begunAt: number): void {
    this.view.observe(report, begunAt);
  }

  /** Begins the loops that every replica runs. One that has run for long knows the row, and has found Redis well. */
  start({ hasRunForLong }: { hasRunForLong: boolean }): void {
    const { time, postgres, redis } = this.servers;
    if (hasRunForLong) {
      Object.assign(this.keeper, { wellSince: -time.between(1_000, 2_000) });
      this.view.observe(postgres.report(postgres.state, false), -time.between(0, 100));
      const { latest } = this.view as unknown as { latest: { place: object } };
      Object.assign(latest, { stateSeenAt: -5_000 });
      Object.assign(latest.place, { seenAt: -5_000 });
      this.store.name = redis.first.name;
    }
    this.store.connect();
    this.store.askAgain();
    this.resume(time.between(0, 100), () => {
      time.resumed();
      void this.keeper.run();
    });
  }
}

/** The row of cache_state, as src/cache/cache-state.repository.ts reads and changes it. */
class SimulatedState {
  constructor(private readonly replica: Replica) {}

  async poll(): Promise<void> {
    const { slowUntil, clock } = this.replica;
    if (slowUntil > clock.now()) await clock.sleep(slowUntil - clock.now());
    await this.replica.statement(() => undefined, { timeoutMs: 500 });
  }

  async change(to: 'off' | 'warming' | 'on', epoch: number, store?: string): Promise<void> {
    await this.replica.statement(
      (isStandby) => {
        if (isStandby) return;
        this.replica.servers.postgres.change(to, epoch, store);
      },
      { timeoutMs: 500 },
    );
  }
}
