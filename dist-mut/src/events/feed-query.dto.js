var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi from "@nestjs/swagger";
import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsObject } from 'class-validator';
import { Optional } from '../api/field-rules.js';
import { Choice, ChoiceFilter, IdFilter, LimitParameter } from '../api/parameters.js';
import { eventTypes } from './event.entity.js';
import { cursorPattern, parseCursor } from './feed-cursor.js';
/** The starts of the feed for a client without a cursor. */
const starts = ['beginning', 'now'];
/** The filters and the start of the feed. */
export class FeedQuery {
    /** Only events after this cursor: the next_cursor of the page before, or the id of an event. */
    after;
    /** The start without `after`: the first event that is kept, or the next event from now on. */
    from = 'beginning';
    /** The number of events of the page, at most 1,000. A stream has no pages. */
    limit = 100;
    /** Only events of this type. Repeat the parameter for several. */
    type;
    /** Only events of this ticket. */
    ticket_id;
    static _OPENAPI_METADATA_FACTORY() {
        return { after: { required: false, type: () => Object, description: "Only events after this cursor: the next_cursor of the page before, or the id of an event." }, from: { required: true, description: "The start without `after`: the first event that is kept, or the next event from now on.", default: "beginning", enum: ["beginning", "now"] }, limit: { required: true, type: () => Object, description: "The number of events of the page, at most 1,000. A stream has no pages.", default: 100 }, type: { required: false, type: () => [Object], description: "Only events of this type. Repeat the parameter for several.", enum: ["ticket.created", "ticket.updated", "ticket.status_changed", "ticket.imported", "comment.added", "attachment.added", "attachment.removed", "comment.redacted", "ticket.redacted", "ticket.deleted", "requester.erased"], isArray: true }, ticket_id: { required: false, type: () => Number, description: "Only events of this ticket." } };
    }
}
__decorate([
    FeedCursorParameter(),
    __metadata("design:type", Object)
], FeedQuery.prototype, "after", void 0);
__decorate([
    Choice(starts, { default: 'beginning' }),
    __metadata("design:type", Object)
], FeedQuery.prototype, "from", void 0);
__decorate([
    LimitParameter({ max: 1_000, default: 100 }),
    __metadata("design:type", Object)
], FeedQuery.prototype, "limit", void 0);
__decorate([
    ChoiceFilter(eventTypes),
    __metadata("design:type", Array)
], FeedQuery.prototype, "type", void 0);
__decorate([
    IdFilter(),
    __metadata("design:type", Number)
], FeedQuery.prototype, "ticket_id", void 0);
function FeedCursorParameter() {
    return applyDecorators(ApiPropertyOptional({ type: String, pattern: cursorPattern.source, example: '42-9f86d081' }), Optional(), Transform(({ value }) => typeof value === 'string' ? (parseCursor(value) ?? value) : value), IsObject({ message: 'must be a next_cursor of the feed, or the id of an event' }));
}
//# sourceMappingURL=feed-query.dto.js.map