var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable, Logger } from '@nestjs/common';
import { errorMessage } from '../observability/error-message.js';
import { EventNumberingRepository } from './event-numbering.repository.js';
import { batchSize } from './event-numbering.sql.js';
import { FeedTail } from './feed-tail.js';
import { Pause } from './pause.js';
/** The pause after a round, and after a failed one. */
const roundMs = 100;
const retryMs = 1_000;
/**
 * Numbers the committed events 1, 2, 3, … without a gap. Every replica tries it every 100 ms; whichever gets the lock numbers a batch,
 * in one transaction.
 *
 * A number depends on no clock, and a transaction that is still running holds nothing up: its events get later numbers.
 */
let EventNumbering = class EventNumbering {
    repository;
    tail;
    logger = new Logger('EventNumbering');
    pause = new Pause();
    rounds = Promise.resolve();
    isStopping = false;
    constructor(repository, tail) {
        this.repository = repository;
        this.tail = tail;
    }
    /** Called when events have got their numbers. While it is set, the events of a write are numbered at once. */
    onNumbered;
    /** Numbers the events of a write at once, if a stream or an endpoint waits for them. */
    wake() {
        if (this.tail.isFollowed || this.onNumbered)
            this.pause.cut();
    }
    onApplicationBootstrap() {
        this.rounds = this.run();
    }
    /** Stops after the batch that is running. */
    async onModuleDestroy() {
        this.isStopping = true;
        this.pause.cut();
        await this.rounds;
    }
    async run() {
        let pauseMs = 0;
        while (!this.isStopping) {
            try {
                const count = await this.repository.numberBatch();
                if (count > 0) {
                    this.tail.moved();
                    this.onNumbered?.();
                }
                pauseMs = count === batchSize ? 0 : roundMs;
            }
            catch (error) {
                if (pauseMs !== retryMs)
                    this.logger.warn(`Events cannot be numbered: ${errorMessage(error)}`);
                pauseMs = retryMs;
            }
            if (pauseMs > 0)
                await this.pause.wait(pauseMs);
        }
    }
};
EventNumbering = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EventNumberingRepository,
        FeedTail])
], EventNumbering);
export { EventNumbering };
//# sourceMappingURL=event-numbering.js.map