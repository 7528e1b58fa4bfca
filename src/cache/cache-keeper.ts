import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

import { errorMessage } from '../observability/error-message.js';
import { CacheView, settleMs, type Place } from './cache-view.js';
import { CacheState, CacheStore, Clock } from './ports.js';

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
    private readonly state: CacheState,
    private readonly store: CacheStore,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.round();
    void this.run();
  }

  onModuleDestroy(): void {
    this.isStopping = true;
  }

  /** Polls and keeps until the process stops. */
  async run(): Promise<void> {
    while (!this.isStopping) {
      const begunAt = this.clock.now();
      await this.round();
      await this.clock.sleep(Math.max(begunAt + pollIntervalMs - this.clock.now(), 1));
    }
  }

  /**
   * Rule 5: sets the cache off for all replicas, and waits until none acts on an older report. Rejects where it is unsure. The change is
   * committed before anybody waits on it; calls for a place share it.
   */
  async turnOff({ name, epoch }: Place, error?: unknown): Promise<void> {
    this.wellSince = undefined;
    let turning = this.turning.get(name);
    if (!turning) {
      if (error) this.logger.warn(`The cache is turned off: ${errorMessage(error)}`);
      turning = this.state.change('off', epoch).finally(() => this.turning.delete(name));
      this.turning.set(name, turning);
    }
    await turning;
    await this.clock.sleep(settleMs);
  }

  private async round(): Promise<void> {
    try {
      await this.state.poll();
      await this.keep();
    } catch (error) {
      this.logger.debug(errorMessage(error));
    }
  }

  /** Rule 5, from off to warming to on; rule 6, off where the row names another store than this replica's. */
  private async keep(): Promise<void> {
    const view = this.view.current;
    const { name } = this.store;
    const now = this.clock.now();
    this.wellSince = name === undefined ? undefined : (this.wellSince ?? now);
    if (!view || name === undefined || this.wellSince === undefined) return;
    const { state, store, place, stateSeenAt } = view;
    if (state === 'off') {
      if (now - this.wellSince >= wellMs) await this.state.change('warming', place.epoch, name);
    } else if (store !== name) void this.turnOff(place).catch(() => undefined);
    else if (state === 'warming' && now - stateSeenAt >= settleMs) await this.state.change('on', place.epoch);
  }
}
