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
import { Column, Entity, Index } from 'typeorm';
import { enumSchema, IdField, namedValues, ServiceField, TimeField } from '../api/fields.js';
/** The types of events. */
export const eventTypes = namedValues('EventType', [
    'ticket.created',
    'ticket.updated',
    'ticket.status_changed',
    'ticket.imported',
    'comment.added',
    'attachment.added',
    'attachment.removed',
    'comment.redacted',
    'ticket.redacted',
    'ticket.deleted',
    'requester.erased',
]);
/** A change of a ticket. A row never changes but for its number, which it gets after its transaction has been committed. */
let Event = class Event {
    /** The id of the event. */
    id;
    /** The type of the change. */
    type;
    /** The id of the ticket. */
    // Null, like the version, in the event of an erasure, which is about no single ticket and shows neither.
    ticket_id;
    /** The version that the change gave the ticket. The first one is 1. */
    version;
    /** The place in the feed: 1, 2, 3, … without a gap. Null until the event is numbered. */
    number;
    /** A random text, which differs for another event that gets the same number after a restore of the database. */
    tag;
    /** The subject of the token that made the change; null where authentication is off. A requester sees `requester` or `team` instead. */
    actor;
    /** Whether a requester made the change, by a token with the scope tickets:own. */
    by_requester;
    /** The time of the change: RFC 3339, UTC, milliseconds. */
    at;
    /** Further data, by type: ids, names of fields, statuses, priorities, assignees and tags, never personal text. */
    data;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => Number, description: "The id of the event." }, type: { required: true, description: "The type of the change.", enum: ["ticket.created", "ticket.updated", "ticket.status_changed", "ticket.imported", "comment.added", "attachment.added", "attachment.removed", "comment.redacted", "ticket.redacted", "ticket.deleted", "requester.erased"] }, ticket_id: { required: true, type: () => Number, description: "The id of the ticket." }, version: { required: true, type: () => Number, description: "The version that the change gave the ticket. The first one is 1." }, number: { required: true, type: () => Number, nullable: true, description: "The place in the feed: 1, 2, 3, \u2026 without a gap. Null until the event is numbered." }, tag: { required: true, type: () => String, nullable: true, description: "A random text, which differs for another event that gets the same number after a restore of the database." }, actor: { required: true, type: () => String, nullable: true, description: "The subject of the token that made the change; null where authentication is off. A requester sees `requester` or `team` instead." }, by_requester: { required: true, type: () => Boolean, description: "Whether a requester made the change, by a token with the scope tickets:own." }, at: { required: true, type: () => String, description: "The time of the change: RFC 3339, UTC, milliseconds." }, data: { required: true, type: () => Object, description: "Further data, by type: ids, names of fields, statuses, priorities, assignees and tags, never personal text." } };
    }
};
__decorate([
    IdField({ primary: true, generated: true, example: 42 }),
    __metadata("design:type", Number)
], Event.prototype, "id", void 0);
__decorate([
    ServiceField({ type: 'text' }, { ...enumSchema(eventTypes), example: 'ticket.status_changed' }),
    __metadata("design:type", String)
], Event.prototype, "type", void 0);
__decorate([
    ServiceField({ type: 'bigint', nullable: true }, { type: 'integer', format: 'int64', minimum: 1, example: 7 }),
    __metadata("design:type", Number)
], Event.prototype, "ticket_id", void 0);
__decorate([
    ServiceField({ type: 'integer', nullable: true }, { type: 'integer', minimum: 0, example: 2 }),
    __metadata("design:type", Number)
], Event.prototype, "version", void 0);
__decorate([
    Column('bigint', { nullable: true }),
    __metadata("design:type", Object)
], Event.prototype, "number", void 0);
__decorate([
    Column('text', { nullable: true }),
    __metadata("design:type", Object)
], Event.prototype, "tag", void 0);
__decorate([
    ServiceField({ type: 'text', nullable: true }, { type: String, nullable: true, example: null }),
    __metadata("design:type", Object)
], Event.prototype, "actor", void 0);
__decorate([
    Column('boolean', { default: false }),
    __metadata("design:type", Boolean)
], Event.prototype, "by_requester", void 0);
__decorate([
    TimeField(),
    __metadata("design:type", String)
], Event.prototype, "at", void 0);
__decorate([
    Column('json'),
    __metadata("design:type", Object)
], Event.prototype, "data", void 0);
Event = __decorate([
    Entity(),
    Index('event_of_ticket', ['ticket_id', 'version'], { unique: true }),
    Index('event_number', ['number'], { unique: true }),
    Index('event_unnumbered', ['id'], { where: 'number IS NULL' })
], Event);
export { Event };
//# sourceMappingURL=event.entity.js.map