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
import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import { maxEmailLength } from '../api/field-rules.js';
import { timeSchema } from '../api/fields.js';
import { PageQuery } from '../api/pagination.js';
import { Choice, ChoiceFilter, IdFilter, MapFilter, OptionalChoice } from '../api/parameters.js';
import { TextFilter, TextsFilter, TimeFilter } from '../api/parameters.js';
import { maxTags, metadataKeyPattern, tagPattern, ticketPriorities, ticketStatuses, } from './ticket.entity.js';
/** The filters of lists and counts of tickets. */
export class TicketFilters {
    /** Only tickets in this status. Repeat the parameter for several, or separate them by commas. */
    status;
    /** Only tickets of this email address, compared without case. */
    email;
    /** Only tickets of this assignee. Repeat the parameter for several. */
    assignee;
    /** Only tickets without an assignee. */
    unassigned;
    /** Only tickets of this priority. Repeat the parameter for several, or separate them by commas. */
    priority;
    /** Only tickets with this tag. Repeat the parameter for tickets that have several, or separate them by commas. */
    tag;
    /** Only the ticket with this external_id. */
    external_id;
    /** Only tickets with these entries in their metadata: `metadata[order]=2043`. */
    metadata;
    /** Only tickets that follow this one. */
    follows;
    /** Only tickets created at this time (RFC 3339) or later. */
    created_from;
    /** Only tickets created before this time. */
    created_to;
    /** Only tickets changed at this time or later. */
    updated_from;
    /** Only tickets last changed before this time. */
    updated_to;
    /** Only tickets due before this time. */
    due_to;
    /** Only tickets closed at this time or later. */
    closed_from;
    /** Only tickets closed before this time. */
    closed_to;
    static _OPENAPI_METADATA_FACTORY() {
        return { status: { required: false, type: () => [Object], description: "Only tickets in this status. Repeat the parameter for several, or separate them by commas.", enum: ["opened", "answered", "closed", "awaited"], isArray: true }, email: { required: false, type: () => String, description: "Only tickets of this email address, compared without case." }, assignee: { required: false, type: () => [String], description: "Only tickets of this assignee. Repeat the parameter for several." }, unassigned: { required: false, description: "Only tickets without an assignee.", enum: ["true"] }, priority: { required: false, type: () => [Object], description: "Only tickets of this priority. Repeat the parameter for several, or separate them by commas.", enum: ["high", "low", "normal", "urgent"], isArray: true }, tag: { required: false, type: () => [String], description: "Only tickets with this tag. Repeat the parameter for tickets that have several, or separate them by commas." }, external_id: { required: false, type: () => String, description: "Only the ticket with this external_id." }, metadata: { required: false, type: "object", additionalProperties: { type: "string" }, description: "Only tickets with these entries in their metadata: `metadata[order]=2043`." }, follows: { required: false, type: () => Number, description: "Only tickets that follow this one." }, created_from: { required: false, type: () => Date, description: "Only tickets created at this time (RFC 3339) or later." }, created_to: { required: false, type: () => Date, description: "Only tickets created before this time." }, updated_from: { required: false, type: () => Date, description: "Only tickets changed at this time or later." }, updated_to: { required: false, type: () => Date, description: "Only tickets last changed before this time." }, due_to: { required: false, type: () => Date, description: "Only tickets due before this time." }, closed_from: { required: false, type: () => Date, description: "Only tickets closed at this time or later." }, closed_to: { required: false, type: () => Date, description: "Only tickets closed before this time." } };
    }
}
__decorate([
    ChoiceFilter(ticketStatuses),
    __metadata("design:type", Array)
], TicketFilters.prototype, "status", void 0);
__decorate([
    TextFilter({ max: maxEmailLength, example: 'ada@example.com' }),
    __metadata("design:type", String)
], TicketFilters.prototype, "email", void 0);
__decorate([
    TextsFilter({ max: 255, most: 20, example: 'ada' }),
    __metadata("design:type", Array)
], TicketFilters.prototype, "assignee", void 0);
__decorate([
    OptionalChoice(['true']),
    __metadata("design:type", String)
], TicketFilters.prototype, "unassigned", void 0);
__decorate([
    ChoiceFilter(ticketPriorities),
    __metadata("design:type", Array)
], TicketFilters.prototype, "priority", void 0);
__decorate([
    TextsFilter({ max: 50, most: maxTags, pattern: tagPattern, separator: ',', example: 'billing' }),
    __metadata("design:type", Array)
], TicketFilters.prototype, "tag", void 0);
__decorate([
    TextFilter({ max: 255, example: 'shop-2043' }),
    __metadata("design:type", String)
], TicketFilters.prototype, "external_id", void 0);
__decorate([
    MapFilter({ max: 10, keys: metadataKeyPattern, maxLength: 500, example: { order: '2043' } }),
    __metadata("design:type", Object)
], TicketFilters.prototype, "metadata", void 0);
__decorate([
    IdFilter(),
    __metadata("design:type", Number)
], TicketFilters.prototype, "follows", void 0);
__decorate([
    TimeFilter(),
    __metadata("design:type", Date)
], TicketFilters.prototype, "created_from", void 0);
__decorate([
    TimeFilter(),
    __metadata("design:type", Date)
], TicketFilters.prototype, "created_to", void 0);
__decorate([
    TimeFilter(),
    __metadata("design:type", Date)
], TicketFilters.prototype, "updated_from", void 0);
__decorate([
    TimeFilter(),
    __metadata("design:type", Date)
], TicketFilters.prototype, "updated_to", void 0);
__decorate([
    TimeFilter(),
    __metadata("design:type", Date)
], TicketFilters.prototype, "due_to", void 0);
__decorate([
    TimeFilter(),
    __metadata("design:type", Date)
], TicketFilters.prototype, "closed_from", void 0);
__decorate([
    TimeFilter(),
    __metadata("design:type", Date)
], TicketFilters.prototype, "closed_to", void 0);
const sortColumns = ['created_at', 'updated_at', 'due_at', 'priority'];
const sorts = sortColumns.flatMap((column) => [column, `-${column}`]);
/** The filters and the order of a list of tickets. */
export class ListTicketsQuery extends IntersectionType(PageQuery, TicketFilters) {
    /**
     * Only tickets that have these words, each anywhere in theme, text or comments. Case and accents do not matter, and the beginning of a
     * word suffices. "Quotes" enclose a phrase, `or` separates alternatives, and a minus excludes a word or a phrase.
     */
    q;
    /**
     * The order. A leading minus means descending: the newest, the latest due or the highest priority first. Tickets without a due time come
     * last both ways. Tickets with the same priority or due time are in the order of their creation.
     */
    sort = '-created_at';
    static _OPENAPI_METADATA_FACTORY() {
        return { q: { required: false, type: () => String, description: "Only tickets that have these words, each anywhere in theme, text or comments. Case and accents do not matter, and the beginning of a\nword suffices. \"Quotes\" enclose a phrase, `or` separates alternatives, and a minus excludes a word or a phrase." }, sort: { required: true, description: "The order. A leading minus means descending: the newest, the latest due or the highest priority first. Tickets without a due time come\nlast both ways. Tickets with the same priority or due time are in the order of their creation.", default: "-created_at", enum: ["priority", "created_at", "updated_at", "due_at", "-created_at", "-priority", "-updated_at", "-due_at"] } };
    }
}
__decorate([
    TextFilter({ max: 255, example: 'invoice' }),
    __metadata("design:type", String)
], ListTicketsQuery.prototype, "q", void 0);
__decorate([
    Choice(sorts, { default: '-created_at' }),
    __metadata("design:type", Object)
], ListTicketsQuery.prototype, "sort", void 0);
/** The fields by which tickets can be counted. */
const groups = ['status', 'priority', 'assignee'];
/** The filters of a count of tickets, and how it is split. */
export class CountTicketsQuery extends TicketFilters {
    /** Counts the tickets of each value of this field too. */
    by;
    static _OPENAPI_METADATA_FACTORY() {
        return { by: { required: false, description: "Counts the tickets of each value of this field too.", enum: ["status", "assignee", "priority"] } };
    }
}
__decorate([
    OptionalChoice(groups),
    __metadata("design:type", Object)
], CountTicketsQuery.prototype, "by", void 0);
/** The number of tickets with one value. */
export class ValueCountDto {
    /** The value; null for tickets without an assignee. */
    value;
    /** The number of tickets with this value. */
    count;
    /** False if there may be more. */
    is_exact;
    static _OPENAPI_METADATA_FACTORY() {
        return { value: { required: true, type: () => String, nullable: true, description: "The value; null for tickets without an assignee." }, count: { required: true, type: () => Number, description: "The number of tickets with this value." }, is_exact: { required: true, type: () => Boolean, description: "False if there may be more." } };
    }
}
__decorate([
    ApiProperty({ type: String, nullable: true, example: 'opened' }),
    __metadata("design:type", Object)
], ValueCountDto.prototype, "value", void 0);
__decorate([
    ApiProperty({ type: 'integer', minimum: 1, example: 3 }),
    __metadata("design:type", Number)
], ValueCountDto.prototype, "count", void 0);
__decorate([
    ApiProperty({ example: true }),
    __metadata("design:type", Boolean)
], ValueCountDto.prototype, "is_exact", void 0);
/** The number of tickets that match a query. */
export class TicketCountDto {
    /** The number of tickets that were found among the 100,000 that are read at most. */
    count;
    /** False if more tickets would have to be read, so that there may be more. */
    is_exact;
    /** The time of the count, at most 5 seconds ago: RFC 3339, UTC, milliseconds. */
    as_of;
    /** The number for each value of `by`, the largest first, at most 100; empty without `by`. */
    by;
    static _OPENAPI_METADATA_FACTORY() {
        return { count: { required: true, type: () => Number, description: "The number of tickets that were found among the 100,000 that are read at most." }, is_exact: { required: true, type: () => Boolean, description: "False if more tickets would have to be read, so that there may be more." }, as_of: { required: true, type: () => String, description: "The time of the count, at most 5 seconds ago: RFC 3339, UTC, milliseconds." }, by: { required: true, type: () => [ValueCountDto], description: "The number for each value of `by`, the largest first, at most 100; empty without `by`." } };
    }
}
__decorate([
    ApiProperty({ type: 'integer', minimum: 0, example: 3 }),
    __metadata("design:type", Number)
], TicketCountDto.prototype, "count", void 0);
__decorate([
    ApiProperty({ example: true }),
    __metadata("design:type", Boolean)
], TicketCountDto.prototype, "is_exact", void 0);
__decorate([
    ApiProperty(timeSchema),
    __metadata("design:type", String)
], TicketCountDto.prototype, "as_of", void 0);
__decorate([
    ApiProperty({ type: [ValueCountDto] }),
    __metadata("design:type", Array)
], TicketCountDto.prototype, "by", void 0);
//# sourceMappingURL=ticket-query.dto.js.map