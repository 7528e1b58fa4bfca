import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

import { errorMessage } from '../observability/error-message.js';
import { CacheStateRepository } from './cache-state.repository.js';
import { CacheView, settleMs, type Place } from './cache-view.js';
import { CacheStore, Clock } from './ports.js';

const pollIntervalMs = 100;
/** Time for which the store must respond before it is used again. */
const wellMs = 2_000;

/** Polls the row of cache_state, and makes its changes. */
@Injectable()
export class CacheKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Cache');
  private wellSince: number | undefined;
  private readonly turning = new Map<string, Promise<void>>();
  private isStopping = false;

  constructor(
    private readonly view: CacheView,
    @Inject(CacheStateRepository)
    private readonly state: Pick<CacheStateRepository, 'poll' | 'change'>,
    private readonly store: CacheStore,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.state.poll().catch(() => undefined);
    void this.run();
  }

  onModuleDestroy(): void {
    this.isStopping = true;
  }

  /** Polls and keeps until the process stops. A failure shows in the age of the view. */
  async run(): Promise<void> {
    while (!this.isStopping) {
      const next = this.clock.now() + pollIntervalMs;
      await this.round().catch(() => undefined);
      await this.clock.sleep(Math.max(next - this.clock.now(), 1));
    }
  }

  /**
   * Rule 5: sets the cache off for all replicas, and waits until none acts on an older report. Rejects where it is unsure. The change is
   * committed before anybody waits on it; calls for a place share it.
   */
  async turnOff({ name, epoch }: Place, error?: unknown): Promise<void> {
    this.wellSince = undefined;
    const turning = this.turning.get(name) ?? this.state.change('off', epoch);
    if (!this.turning.has(name) && error) this.logger.warn(`The cache is turned off: ${errorMessage(error)}`);
    this.turning.set(name, turning);
    await turning.finally(() => this.turning.delete(name));
    await this.clock.sleep(settleMs);
  }

  /** Rule 5, from off to warming to on; rule 6, off where the row names another store than this replica's. */
  private async round(): Promise<void> {
    const { name } = this.store;
    this.wellSince = name === undefined ? undefined : (this.wellSince ?? this.clock.now());
    await this.state.poll();
    const view = this.view.current;
    if (!view || name === undefined || this.wellSince === undefined) return;
    const now = this.clock.now();
    const { state, store, place, stateSeenAt } = view;
    if (state === 'off') {
      if (now - this.wellSince >= wellMs) await this.state.change('warming', place.epoch, name);
    } else if (store !== name) void this.turnOff(place).catch(() => undefined);
    else if (state === 'warming' && now - stateSeenAt >= settleMs) await this.state.change('on', place.epoch);
  }
}
