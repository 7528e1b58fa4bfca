var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
import { Inject, Injectable, Logger, } from '@nestjs/common';
import { errorMessage } from '../observability/error-message.js';
import { CacheStateRepository } from './cache-state.repository.js';
import { CacheView, settleMs } from './cache-view.js';
import { CacheStore, Clock } from './ports.js';
const pollIntervalMs = 100;
/** Time for which the store must respond before it is used again. */
const wellMs = 2_000;
/** Polls the row of cache_state, and makes its changes. */
let CacheKeeper = class CacheKeeper {
    view;
    state;
    store;
    clock;
    logger = new Logger('Cache');
    wellSince;
    turning = new Map();
    isStopping = false;
    constructor(view, state, store, clock) {
        this.view = view;
        this.state = state;
        this.store = store;
        this.clock = clock;
    }
    async onApplicationBootstrap() {
        await this.state.poll().catch(() => undefined);
        void this.run();
    }
    onModuleDestroy() {
        this.isStopping = true;
    }
    /** Polls and keeps until the process stops. A failure shows in the age of the view. */
    async run() {
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
    async turnOff({ name, epoch }, error) {
        this.wellSince = undefined;
        const turning = this.turning.get(name) ?? this.state.change('off', epoch);
        if (!this.turning.has(name) && error)
            this.logger.warn(`The cache is turned off: ${errorMessage(error)}`);
        this.turning.set(name, turning);
        await turning.finally(() => this.turning.delete(name));
        await this.clock.sleep(settleMs);
    }
    /** Rule 5, from off to warming to on; rule 6, off where the row names another store than this replica's. */
    async round() {
        const { name } = this.store;
        this.wellSince = name === undefined ? undefined : (this.wellSince ?? this.clock.now());
        await this.state.poll();
        const view = this.view.current;
        if (!view || name === undefined || this.wellSince === undefined)
            return;
        const now = this.clock.now();
        const { state, store, place, stateSeenAt } = view;
        if (state === 'off') {
            if (now - this.wellSince >= wellMs)
                await this.state.change('warming', place.epoch, name);
        }
        else if (store !== name)
            void this.turnOff(place).catch(() => undefined);
        else if (state === 'warming' && now - stateSeenAt >= settleMs)
            await this.state.change('on', place.epoch);
    }
};
CacheKeeper = __decorate([
    Injectable(),
    __param(1, Inject(CacheStateRepository)),
    __metadata("design:paramtypes", [CacheView, Object, CacheStore,
        Clock])
], CacheKeeper);
export { CacheKeeper };
//# sourceMappingURL=cache-keeper.js.map