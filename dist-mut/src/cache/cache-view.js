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
import { Problem } from '../api/problem.js';
import { Clock } from './ports.js';
/** Age at which a report is too old to act on. */
const maxAgeMs = 300;
/** Longer than any replica may act on an older report. */
export const settleMs = 400;
/** Time that a request waits for a report. */
const patienceMs = 500;
const recheckMs = 5;
/** Rule 1, the view: what this replica knows of the row, and since when. */
let CacheView = class CacheView {
    clock;
    latest;
    constructor(clock) {
        this.clock = clock;
    }
    /**
     * Takes the report of a poll, or of a statement that writes or loads a ticket. A standby's says nothing. Where an older statement names
     * another database, it is unknown which one serves now, until the next report.
     */
    observe(report, begunAt) {
        const { latest } = this;
        if (report.isStandby)
            return;
        if (latest && begunAt < latest.begunAt) {
            if (report.identity !== latest.identity)
                this.latest = undefined;
            return;
        }
        const now = this.clock.now();
        const name = `${report.identity}:${report.epoch}`;
        const place = latest?.place.name === name ? latest.place : { name, epoch: report.epoch, seenAt: now };
        const isSame = latest?.place === place && latest.state === report.state;
        this.latest = { ...report, place, begunAt, stateSeenAt: isSame ? latest.stateSeenAt : now };
    }
    /** The latest report, if its statement began less than `ms` ago. */
    within(ms) {
        return this.latest && this.clock.now() - this.latest.begunAt < ms ? this.latest : undefined;
    }
    /** The report to act on now. */
    get current() {
        return this.within(maxAgeMs);
    }
    /** Waits a moment for a report to act on; throws Problem 503 without one. */
    async require() {
        for (const deadline = this.clock.now() + patienceMs; this.clock.now() < deadline;) {
            if (this.current)
                return this.current;
            await this.clock.sleep(recheckMs);
        }
        throw new Problem('unavailable', 'The database does not respond');
    }
    /** Rule 4: no write is answered before this time after its place was first seen, because others may act on what was before. */
    async settle({ seenAt }) {
        const ms = seenAt + settleMs - this.clock.now();
        if (ms > 0)
            await this.clock.sleep(ms);
    }
};
CacheView = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Clock])
], CacheView);
export { CacheView };
//# sourceMappingURL=cache-view.js.map