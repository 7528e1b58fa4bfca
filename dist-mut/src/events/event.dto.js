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
import { ApiExtraModels, ApiProperty } from '@nestjs/swagger';
import { ReadDto } from '../api/dto.js';
import { enumSchema, timeSchema } from '../api/fields.js';
import { PageDto } from '../api/pagination.js';
import { arrayOf, eventSchemas, oneOf } from './event-data.dto.js';
import { Event, eventTypes } from './event.entity.js';
/** A change of a ticket, as its history shows it. */
export class HistoryEventDto extends ReadDto(Event, ['type', 'version', 'actor', 'at']) {
    /** The data of the change, by type. */
    data;
    static _OPENAPI_METADATA_FACTORY() {
        return { data: { required: true, type: () => Object, description: "The data of the change, by type." } };
    }
}
const historySchemas = eventSchemas(HistoryEventDto, 'InHistory');
/** A page of the history of a ticket. */
let HistoryPageDto = class HistoryPageDto extends PageDto(HistoryEventDto, arrayOf(historySchemas)) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
};
HistoryPageDto = __decorate([
    ApiExtraModels(...Object.values(historySchemas))
], HistoryPageDto);
export { HistoryPageDto };
/** The data that events of every type have. */
class TicketOfEvent extends ReadDto(Event, ['ticket_id', 'version', 'actor']) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** An event of the feed, in the form of CloudEvents 1.0. */
export class CloudEventDto {
    /** The version of CloudEvents. */
    specversion;
    /** The id of the event: its number and its tag. It never changes. */
    id;
    /** The source: the path of tickets, or that of erasures for `requester.erased`. */
    source;
    /** The type of the change. */
    type;
    /** The id of the ticket, or of the erasure. */
    subject;
    /** The time of the change: RFC 3339, UTC, milliseconds. */
    time;
    /** The value to send as `after` for the following events. */
    cursor;
    /** The ticket of the event, its version, the actor, and the data of the change by type. */
    data;
    static _OPENAPI_METADATA_FACTORY() {
        return { specversion: { required: true, description: "The version of CloudEvents.", enum: ["1.0"] }, id: { required: true, type: () => String, description: "The id of the event: its number and its tag. It never changes." }, source: { required: true, type: () => String, description: "The source: the path of tickets, or that of erasures for `requester.erased`." }, type: { required: true, description: "The type of the change.", enum: ["ticket.created", "ticket.updated", "ticket.status_changed", "ticket.imported", "comment.added", "attachment.added", "attachment.removed", "comment.redacted", "ticket.redacted", "ticket.deleted", "requester.erased"] }, subject: { required: true, type: () => String, description: "The id of the ticket, or of the erasure." }, time: { required: true, type: () => String, description: "The time of the change: RFC 3339, UTC, milliseconds." }, cursor: { required: true, type: () => String, description: "The value to send as `after` for the following events." }, data: { required: true, type: () => TicketOfEvent, description: "The ticket of the event, its version, the actor, and the data of the change by type." } };
    }
}
__decorate([
    ApiProperty({ enum: ['1.0'] }),
    __metadata("design:type", String)
], CloudEventDto.prototype, "specversion", void 0);
__decorate([
    ApiProperty({ example: '42-9f86d081' }),
    __metadata("design:type", String)
], CloudEventDto.prototype, "id", void 0);
__decorate([
    ApiProperty({ example: '/ticket' }),
    __metadata("design:type", String)
], CloudEventDto.prototype, "source", void 0);
__decorate([
    ApiProperty({ ...enumSchema(eventTypes), example: 'ticket.created' }),
    __metadata("design:type", String)
], CloudEventDto.prototype, "type", void 0);
__decorate([
    ApiProperty({ example: '7' }),
    __metadata("design:type", String)
], CloudEventDto.prototype, "subject", void 0);
__decorate([
    ApiProperty(timeSchema),
    __metadata("design:type", String)
], CloudEventDto.prototype, "time", void 0);
__decorate([
    ApiProperty({ example: '42-9f86d081' }),
    __metadata("design:type", String)
], CloudEventDto.prototype, "cursor", void 0);
const feedSchemas = eventSchemas(CloudEventDto, 'Event', TicketOfEvent);
/** The schema of an event of any type. */
export const cloudEventSchema = oneOf(feedSchemas);
/** A page of the feed. */
let FeedPageDto = class FeedPageDto extends PageDto(CloudEventDto, arrayOf(feedSchemas)) {
    static _OPENAPI_METADATA_FACTORY() {
        return { next_cursor: { required: true, type: () => String, description: "The value to send as `after` for the following events. It is always present because the feed never ends." } };
    }
};
__decorate([
    ApiProperty({ type: String, nullable: false, example: '42-9f86d081' }),
    __metadata("design:type", String)
], FeedPageDto.prototype, "next_cursor", void 0);
FeedPageDto = __decorate([
    ApiExtraModels(...Object.values(feedSchemas))
], FeedPageDto);
export { FeedPageDto };
//# sourceMappingURL=event.dto.js.map