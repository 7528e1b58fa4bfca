import type { Replica } from './replica.js';
import type { Fault } from './schedules.js';
import { RedisServer, type Servers } from './servers.js';

/** Injects the faults of a schedule. */
export class Faults {
  constructor(
    private readonly servers: Servers,
    private readonly replicas: Replica[],
    private readonly startReplica: () => void,
  ) {}

  inject({ kind, ms, random }: Fault): void {
    const { redis, postgres, time } = this.servers;
    const { now } = time;
    const running = this.replicas.filter(({ isDead }) => !isDead);
    const replica = running[Math.floor(random * running.length)];
    if (!replica) return;
    const faults: Record<Fault['kind'], () => void> = {
      freeze: () => (redis.current.frozenUntil = now + ms),
      drop: () => {
        replica.store.drop();
      },
      cut: () => (replica.cutUntil = now + ms),
      restart: () => {
        this.restartRedis(ms / 4, random);
      },
      switch: () => {
        this.switchOver(random, ms);
      },
      split: () => {
        this.switchOver(random);
      },
      freezePostgres: () => (postgres.frozenUntil = now + ms),
      restartPostgres: () => {
        this.restartPostgres(ms / 3, 0);
      },
      failover: () => {
        this.restartPostgres(ms / 3, 1 + Math.floor(random * 3));
      },
      standby: () => (replica.standbyUntil = now + ms),
      pause: () => (replica.pausedUntil = now + 2 * ms),
      slowPolls: () => (replica.slowUntil = now + 1.5 * ms),
      kill: () => {
        if (running.length < 2) return;
        replica.isDead = true;
        if (random < 0.5) time.after(ms, this.startReplica);
      },
    };
    faults[kind]();
  }

  /** Kills Redis, and starts it empty or from an old snapshot. */
  private restartRedis(ms: number, random: number): void {
    const { redis, time } = this.servers;
    redis.current.isAlive = false;
    this.drop(redis.current, 1);
    time.after(ms, () => {
      redis.current = new RedisServer(new Map(random < 0.3 ? [] : redis.snapshot));
    });
  }

  /** Promotes the replica of Redis, and demotes the primary after a while, or never. */
  private switchOver(random: number, ms?: number): void {
    const { redis, time } = this.servers;
    const { first, second, current } = redis;
    if (current !== first || !first.isAlive) return;
    redis.replicate();
    second.isPrimary = true;
    redis.current = second;
    if (ms === undefined) {
      this.drop(first, 0.5);
      return;
    }
    time.after(random < 0.5 ? 0 : ms / 2, () => {
      first.isPrimary = false;
      first.data = new Map(second.data);
      this.drop(first, random < 0.25 ? 0.5 : 0);
    });
  }

  /** Drops some of the connections to a server. */
  private drop(server: RedisServer, share: number): void {
    for (const { store } of this.replicas)
      if (store.isOn(server) && this.servers.time.random() < share) store.drop();
  }

  /** Restarts PostgreSQL, or fails over to a standby that lacks the last commits. */
  private restartPostgres(ms: number, lost: number): void {
    const { postgres, time } = this.servers;
    if (postgres.isDown) return;
    postgres.isDown = true;
    time.after(ms, () => {
      postgres.isDown = false;
      postgres.instance++;
      if (lost === 0) return;
      postgres.lose(lost);
      this.servers.lostAt = time.now;
      this.servers.acknowledged = Math.min(this.servers.acknowledged, postgres.state.version);
    });
  }
}
