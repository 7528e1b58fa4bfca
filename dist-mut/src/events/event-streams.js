var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { DatabaseUnavailable } from '../database/database-errors.js';
import { EventStream } from './event-stream.js';
import { FeedTail } from './feed-tail.js';
import { FeedService } from './feed.service.js';
/** The time between two heartbeats of a stream without events. */
const heartbeatMs = 15_000;
/** The time between two checks for clients that do not read. */
const sweepMs = 1_000;
/** The streams of a process that may read the table at once: a small part of MAX_IN_FLIGHT. */
const maxCatchUps = 4;
/** The streams of this process. */
let EventStreams = class EventStreams {
    feed;
    tail;
    streams = new Set();
    /** Limits the streams that catch up at once, so that many of them leave room for other requests. */
    limitCatchUp = pLimit(maxCatchUps);
    isEnding = false;
    timers = [];
    constructor(feed, tail) {
        this.feed = feed;
        this.tail = tail;
    }
    /**
     * Opens a stream of the feed; throws CursorExpired, FeedRestarted or DatabaseUnavailable.
     * @param endsMs the time at which it ends at the latest, in milliseconds since 1970: the expiry of the client's token
     */
    async open(start, filter, endsMs = Infinity) {
        // An error of the first read is answered as a problem, before the stream begins.
        const cursor = await this.resolveCursor(start);
        const source = { feed: this.feed, tail: this.tail, limit: this.limitCatchUp };
        const stream = new EventStream(source, filter, cursor);
        this.add(stream);
        endAt(stream, endsMs);
        if (this.isEnding)
            stream.wake('end');
        return stream;
    }
    /** The number of open streams. */
    get count() {
        return this.streams.size;
    }
    /** Ends all streams, so that their clients continue at another replica. */
    end() {
        this.isEnding = true;
        this.wake('end');
    }
    async resolveCursor(start) {
        if (start === 'now' && this.tail.end)
            return this.tail.end;
        if (typeof start !== 'object')
            return this.feed.resolveCursor(start);
        if (!this.tail.after(start))
            await this.feed.resolveCursor(start).catch(rethrowUnlessUnavailable);
        return start;
    }
    add(stream) {
        if (this.streams.size === 0)
            this.begin();
        this.streams.add(stream);
        stream.once('close', () => {
            this.streams.delete(stream);
            if (this.streams.size > 0)
                return;
            this.tail.pause();
            this.timers.forEach(clearInterval);
        });
    }
    begin() {
        const destroyStalled = () => {
            for (const stream of this.streams)
                if (stream.isStalled)
                    stream.destroy(new Error('Not read'));
        };
        this.tail.start({ moved: this.wake.bind(this, 'moved'), restarted: this.wake.bind(this, 'end') });
        const heartbeat = setInterval(this.wake.bind(this, 'heartbeat'), heartbeatMs);
        this.timers = [heartbeat.unref(), setInterval(destroyStalled, sweepMs).unref()];
    }
    wake(turn) {
        for (const stream of this.streams)
            stream.wake(turn);
    }
};
EventStreams = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [FeedService,
        FeedTail])
], EventStreams);
export { EventStreams };
/** An EventSource does not reconnect after an error response, so the stream itself waits for the database. */
function rethrowUnlessUnavailable(error) {
    if (!(error instanceof DatabaseUnavailable))
        throw error;
}
/** The longest delay of a timer. */
const maxTimerMs = 2 ** 31 - 1;
function endAt(stream, endsMs) {
    const end = stream.wake.bind(stream, 'end');
    const timer = setTimeout(end, Math.min(endsMs - Date.now(), maxTimerMs)).unref();
    stream.once('close', () => {
        clearTimeout(timer);
    });
}
//# sourceMappingURL=event-streams.js.map