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
import { Problem } from '../api/problem.js';
import { FeedService } from './feed.service.js';
import { Pause } from './pause.js';
/** The pause after a poll, and after a failed one. */
const pollMs = 100;
const retryMs = 1_000;
/** The events that one poll reads, and the newest events that are kept for the streams. */
const maxPolled = 1_000;
const maxKept = 1_000;
/** The events that a stream gets at once. */
const batchSize = 100;
/**
 * The newest events of the feed, polled once for all streams of this process while any is open. So a thousand streams cost the
 * database no more than one.
 */
let FeedTail = class FeedTail {
    feed;
    /** Events with consecutive numbers. */
    events = [];
    /** The cursors before the first and after the last event that is held; undefined before the first poll. */
    range;
    stop;
    pollPause = new Pause();
    constructor(feed) {
        this.feed = feed;
    }
    /** Starts polling. */
    start(listener) {
        this.stop = new AbortController();
        void this.poll(this.stop.signal, listener);
    }
    /** Stops polling, and drops the events. */
    pause() {
        this.stop?.abort();
        this.stop = undefined;
        this.clear();
    }
    /** True while a stream of this process is open. */
    get isFollowed() {
        return this.stop !== undefined;
    }
    /** Reads at once, because events have got their numbers. */
    moved() {
        if (this.isFollowed)
            this.pollPause.cut();
    }
    /** The cursor after the last event; undefined while the feed is not polled. */
    get end() {
        return this.range?.end;
    }
    /** Returns the events after a cursor; undefined for a cursor whose event is not held. */
    after(cursor) {
        if (!this.range)
            return undefined;
        const first = cursor.number - this.range.begin.number;
        const known = first === 0 ? this.range.begin : this.events[first - 1]?.cursor;
        if (known?.tag !== cursor.tag)
            return undefined;
        const events = this.events.slice(first, first + batchSize);
        return { events, next: events.at(-1)?.cursor ?? cursor };
    }
    async poll(stop, listener) {
        let pauseMs = 0;
        while (!stop.aborted) {
            try {
                const batch = await this.feed.readTail(this.range?.end ?? 'now', maxPolled);
                // The signal may have changed during the read, which the compiler does not know.
                if (stop.aborted)
                    return;
                this.append(batch);
                if (batch.events.length > 0)
                    listener.moved();
                pauseMs = batch.events.length === maxPolled ? 0 : pollMs;
            }
            catch (error) {
                // Another loop may run by now, whose events and listener are not this one's.
                if (stop.aborted)
                    return;
                if (error instanceof Problem) {
                    // The last event is no longer in the database. Clients that reconnect get 410.
                    this.clear();
                    listener.restarted();
                }
                else if (pauseMs !== retryMs) {
                    new Logger('FeedTail').warn(`The feed cannot be read: ${String(error)}`);
                }
                pauseMs = retryMs;
            }
            if (pauseMs > 0)
                await this.pollPause.wait(pauseMs);
        }
    }
    append({ events, next }) {
        this.events.push(...events);
        const tooMany = Math.max(0, this.events.length - maxKept);
        const last = this.events.splice(0, tooMany).at(-1);
        this.range = { begin: last?.cursor ?? this.range?.begin ?? next, end: next };
    }
    clear() {
        this.events = [];
        this.range = undefined;
    }
};
FeedTail = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [FeedService])
], FeedTail);
export { FeedTail };
//# sourceMappingURL=feed-tail.js.map