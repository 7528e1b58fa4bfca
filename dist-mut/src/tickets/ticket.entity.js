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
import { Check, Entity, Index } from 'typeorm';
import { ChoiceField, CountField, EmailField, IdField, MapField } from '../api/fields.js';
import { namedValues, SetField, TextField, TimeField } from '../api/fields.js';
/** The statuses of a ticket, in the order of its life. */
export const ticketStatuses = namedValues('TicketStatus', ['opened', 'answered', 'awaited', 'closed']);
/** The priorities of a ticket, the lowest first. */
export const ticketPriorities = namedValues('TicketPriority', ['low', 'normal', 'high', 'urgent']);
/** The most tags of a ticket. */
export const maxTags = 20;
/** The most keys of the metadata of a ticket. */
export const maxMetadataKeys = 50;
/** The pattern of a key of the metadata. */
export const metadataKeyPattern = '^[A-Za-z0-9_.-]{1,40}$';
/** The pattern of a tag. */
export const tagPattern = '^[a-z0-9][a-z0-9_.:-]{0,49}$';
/** A ticket. Its properties, its columns and its fields on the wire share their names. */
let Ticket = class Ticket {
    /** The id of the ticket. */
    id;
    /** Your own id of the ticket, 1 to 255 characters, not blank. No two tickets have the same. */
    external_id;
    /** The subject, 1 to 255 characters, not blank. */
    theme;
    /** The request itself, 1 to 10,000 characters, not blank. */
    text;
    /** The email address of the author, at most 254 characters. */
    email;
    /** The status of the ticket. */
    status;
    /** The person or the team that works on the ticket: an id of yours, 1 to 255 characters, not blank. Not an email address. */
    assignee;
    /** The priority. Null in a request stands for `normal`. */
    priority;
    /** Up to 20 tags: a set, sorted. Each has 1 to 50 characters of `a-z 0-9 _ . : -` and begins with a letter or a digit. */
    tags;
    /** Up to 50 keys of 1 to 40 characters of `A-Z a-z 0-9 _ . -`, each with a text of at most 500 characters. */
    metadata;
    /** The time by which the ticket should be answered or closed (RFC 3339); null if there is none. */
    due_at;
    /** The id of an earlier ticket that this one continues; null if there is none. */
    follows;
    /** The number of comments. */
    comment_count;
    /** The number of comments among them that are internal. What a requester sees counts the others. */
    internal_comment_count;
    /** The version: it starts at 1, and every change increments it, including comments. */
    version;
    /** The time of creation: RFC 3339, UTC, milliseconds. */
    created_at;
    /** The time of the last change, including comments: RFC 3339, UTC, milliseconds. */
    updated_at;
    /** The time of the last change of the status, or of the creation. */
    status_changed_at;
    /** The time of the first response of the team; null before that. */
    first_response_at;
    /** The time at which the ticket was closed; null before that. */
    closed_at;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => Number, description: "The id of the ticket." }, external_id: { required: true, type: () => String, nullable: true, description: "Your own id of the ticket, 1 to 255 characters, not blank. No two tickets have the same." }, theme: { required: true, type: () => String, description: "The subject, 1 to 255 characters, not blank." }, text: { required: true, type: () => String, description: "The request itself, 1 to 10,000 characters, not blank." }, email: { required: true, type: () => String, description: "The email address of the author, at most 254 characters." }, status: { required: true, description: "The status of the ticket.", enum: ["opened", "answered", "closed", "awaited"] }, assignee: { required: true, type: () => String, nullable: true, description: "The person or the team that works on the ticket: an id of yours, 1 to 255 characters, not blank. Not an email address." }, priority: { required: true, description: "The priority. Null in a request stands for `normal`.", enum: ["high", "low", "normal", "urgent"] }, tags: { required: true, type: () => [String], description: "Up to 20 tags: a set, sorted. Each has 1 to 50 characters of `a-z 0-9 _ . : -` and begins with a letter or a digit." }, metadata: { required: true, type: "object", additionalProperties: { type: "string" }, description: "Up to 50 keys of 1 to 40 characters of `A-Z a-z 0-9 _ . -`, each with a text of at most 500 characters." }, due_at: { required: true, type: () => String, nullable: true, description: "The time by which the ticket should be answered or closed (RFC 3339); null if there is none." }, follows: { required: true, type: () => Number, nullable: true, description: "The id of an earlier ticket that this one continues; null if there is none." }, comment_count: { required: true, type: () => Number, description: "The number of comments." }, internal_comment_count: { required: true, type: () => Number, description: "The number of comments among them that are internal. What a requester sees counts the others." }, version: { required: true, type: () => Number, description: "The version: it starts at 1, and every change increments it, including comments." }, created_at: { required: true, type: () => String, description: "The time of creation: RFC 3339, UTC, milliseconds." }, updated_at: { required: true, type: () => String, description: "The time of the last change, including comments: RFC 3339, UTC, milliseconds." }, status_changed_at: { required: true, type: () => String, description: "The time of the last change of the status, or of the creation." }, first_response_at: { required: true, type: () => String, nullable: true, description: "The time of the first response of the team; null before that." }, closed_at: { required: true, type: () => String, nullable: true, description: "The time at which the ticket was closed; null before that." } };
    }
};
__decorate([
    IdField({ primary: true, generated: true, example: 7 }),
    __metadata("design:type", Number)
], Ticket.prototype, "id", void 0);
__decorate([
    TextField({ max: 255, nullable: true, example: 'shop-2043' }),
    __metadata("design:type", Object)
], Ticket.prototype, "external_id", void 0);
__decorate([
    TextField({ max: 255, example: 'Invoice 2043 is wrong' }),
    __metadata("design:type", String)
], Ticket.prototype, "theme", void 0);
__decorate([
    TextField({ max: 10_000, example: 'It lists the same item twice.' }),
    __metadata("design:type", String)
], Ticket.prototype, "text", void 0);
__decorate([
    EmailField({ example: 'ada@example.com' }),
    __metadata("design:type", String)
], Ticket.prototype, "email", void 0);
__decorate([
    ChoiceField({ values: ticketStatuses, enumName: 'ticket_status', default: 'opened' }),
    __metadata("design:type", String)
], Ticket.prototype, "status", void 0);
__decorate([
    TextField({ max: 255, nullable: true, example: 'ada' }),
    __metadata("design:type", Object)
], Ticket.prototype, "assignee", void 0);
__decorate([
    ChoiceField({
        ...{ values: ticketPriorities, enumName: 'ticket_priority' },
        ...{ default: 'normal', resettable: true },
    }),
    __metadata("design:type", String)
], Ticket.prototype, "priority", void 0);
__decorate([
    SetField({ max: maxTags, pattern: tagPattern, example: ['billing', 'vip'] }),
    __metadata("design:type", Array)
], Ticket.prototype, "tags", void 0);
__decorate([
    MapField({
        ...{ max: maxMetadataKeys, keys: metadataKeyPattern },
        ...{ maxLength: 500, example: { order: '2043' } },
    }),
    __metadata("design:type", Object)
], Ticket.prototype, "metadata", void 0);
__decorate([
    TimeField({ nullable: true }),
    __metadata("design:type", Object)
], Ticket.prototype, "due_at", void 0);
__decorate([
    IdField({ nullable: true, example: 3 }),
    __metadata("design:type", Object)
], Ticket.prototype, "follows", void 0);
__decorate([
    CountField({ default: 0, example: 1 }),
    __metadata("design:type", Number)
], Ticket.prototype, "comment_count", void 0);
__decorate([
    CountField({ default: 0, example: 0 }),
    __metadata("design:type", Number)
], Ticket.prototype, "internal_comment_count", void 0);
__decorate([
    CountField({ default: 1, example: 2 }),
    __metadata("design:type", Number)
], Ticket.prototype, "version", void 0);
__decorate([
    TimeField({ default: 'now()' }),
    __metadata("design:type", String)
], Ticket.prototype, "created_at", void 0);
__decorate([
    TimeField({ default: 'now()' }),
    __metadata("design:type", String)
], Ticket.prototype, "updated_at", void 0);
__decorate([
    TimeField({ default: 'now()' }),
    __metadata("design:type", String)
], Ticket.prototype, "status_changed_at", void 0);
__decorate([
    TimeField({ nullable: true }),
    __metadata("design:type", Object)
], Ticket.prototype, "first_response_at", void 0);
__decorate([
    TimeField({ nullable: true }),
    __metadata("design:type", Object)
], Ticket.prototype, "closed_at", void 0);
Ticket = __decorate([
    Entity(),
    Index('ticket_by_creation', ['status', 'created_at', 'id']),
    Index('ticket_by_update', ['status', 'updated_at', 'id']),
    Index('ticket_by_external_id', ['external_id'], { unique: true, where: 'external_id IS NOT NULL' }),
    Index('ticket_of_assignee', ['assignee', 'status', 'created_at', 'id']),
    Index('ticket_by_priority', ['status', 'priority', 'created_at', 'id']),
    Index('ticket_by_due', ['status', 'due_at', 'created_at', 'id'], { where: 'due_at IS NOT NULL' }),
    Index('ticket_by_follows', ['follows'], { where: 'follows IS NOT NULL' })
    // TypeORM cannot declare these indexes of another kind, so the migrations alone do.
    ,
    Index('ticket_by_tag', { synchronize: false }),
    Index('ticket_by_metadata', { synchronize: false })
    // TypeORM cannot declare these indexes on expressions, so the migrations alone do.
    ,
    Index('ticket_of_email_by_creation', { synchronize: false }),
    Index('ticket_of_email_by_update', { synchronize: false }),
    Index('ticket_by_close', ['closed_at', 'id'], { where: 'closed_at IS NOT NULL' }),
    Check('ticket_internal_comments', 'internal_comment_count BETWEEN 0 AND comment_count'),
    Check('ticket_counts_upwards', 'comment_count >= 0 AND version >= 1')
], Ticket);
export { Ticket };
//# sourceMappingURL=ticket.entity.js.map