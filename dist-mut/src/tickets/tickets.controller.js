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
import * as openapi_import_1 from "./ticket-query.dto.js";
import * as openapi from "@nestjs/swagger";
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, SetMetadata, } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Reader } from '../api/audience.js';
import { ApiResponse } from '../api/api-response.js';
import { ListEndpoint, ReadEndpoint, TAKES_QUERY, WriteEndpoint } from '../api/endpoint.decorators.js';
import { cached, created, idempotencyKey, ifMatch, ifNoneMatch, versioned } from '../api/endpoint.headers.js';
import { etagOf } from '../api/etags.js';
import { PageQuery } from '../api/pagination.js';
import { WriteContext } from '../api/write-context.js';
import { RequireScope } from '../auth/scope.guard.js';
import { Cached, EvictsTicket } from '../cache/cache.interceptor.js';
import { HistoryPageDto } from '../events/event.dto.js';
import { ClaimTicketDto, CreateTicketDto, TagParams, TicketDto } from './ticket.dto.js';
import { TicketPageDto, TicketParams, UpdateStatusDto, UpdateTicketDto } from './ticket.dto.js';
import { TicketCountsService } from './ticket-counts.service.js';
import { CountTicketsQuery, ListTicketsQuery, TicketCountDto } from './ticket-query.dto.js';
import { TicketsService } from './tickets.service.js';
const noTicket = { 404: 'No ticket has this id.', 410: 'The ticket was deleted.' };
const notAllowed = {
    ...noTicket,
    409: 'The rules do not allow the transition. The problem has the current status and the allowed ones.',
};
const taken = { 409: 'Another ticket has the external_id. The problem has its ticket_id.' };
const closed = { ...noTicket, 409: 'The ticket is closed.' };
const notChanged = {
    ...noTicket,
    409: 'The ticket is closed, the rules do not allow the transition, another ticket has the external_id, or the metadata would have more than 50 keys.',
};
const claimed = {
    ...noTicket,
    409: 'The ticket is closed, or assigned to another one, which the problem names.',
};
const tooManyTags = { ...noTicket, 409: 'The ticket is closed, or has 20 tags.' };
const takes = [ifMatch, idempotencyKey];
const mergePatch = 'application/merge-patch+json';
/** The endpoints of tickets. */
let TicketsController = class TicketsController {
    tickets;
    counts;
    constructor(tickets, counts) {
        this.tickets = tickets;
        this.counts = counts;
    }
    /**
     * Creates a ticket.
     * @remarks Its status is `opened`, its version 1. With an Idempotency-Key the request is safe to repeat.
     */
    async create(body, context) {
        const { result, replayed } = await this.tickets.create(body, context);
        const location = `/ticket/${result.id}`;
        return new ApiResponse(result, {
            etag: etagOf(result.version, context.reader.audience),
            location,
            replayed,
        });
    }
    /**
     * Lists tickets, without their comments.
     * @remarks Follow next_cursor, or Link rel="next". Tickets created meanwhile do not shift the pages.
     */
    list(query, reader) {
        return this.tickets.list(query, reader);
    }
    /**
     * Counts tickets.
     * @remarks A count is at most 5 seconds old. At most 100,000 tickets are read; is_exact is false if there are more.
     */
    count(query, reader) {
        return this.counts.count(query, reader);
    }
    /**
     * Reads a ticket with its first 100 comments.
     * @remarks comments_next leads to the following comments.
     */
    find({ ticket_id }, reader) {
        return this.tickets
            .find(ticket_id, reader)
            .then((result) => toResponse(reader)({ result, replayed: false }));
    }
    /**
     * Transitions a ticket to another status.
     * @remarks The current status decides which transitions are allowed. Of concurrent identical transitions, one succeeds.
     */
    updateTicketStatus(path, body, context) {
        return this.tickets.transition(path.ticket_id, body.status, context).then(toResponse(context.reader));
    }
    /**
     * Changes fields of a ticket that is not closed, its status too.
     * @remarks
     * The body is a merge patch (RFC 7396): a field that is left out stays, null removes a value or sets its default, and each key of
     * metadata is merged. A change that leaves everything as it is makes no version.
     */
    update(path, fields, context) {
        return this.tickets.change(path.ticket_id, { fields }, context).then(toResponse(context.reader));
    }
    /**
     * Claims a ticket that is free, or assigned to the same one already.
     * @remarks Of concurrent claims of different ones, one succeeds.
     */
    claim(path, { assignee }, context) {
        return this.tickets
            .change(path.ticket_id, { fields: { assignee }, is_claim: true }, context)
            .then(toResponse(context.reader));
    }
    /**
     * Adds a tag to a ticket.
     * @remarks A tag that the ticket has already makes no version. Concurrent changes of other tags do not get lost.
     */
    addTag({ ticket_id, tag }, context) {
        return this.tickets
            .change(ticket_id, { fields: {}, added_tag: tag }, context)
            .then(toResponse(context.reader));
    }
    /**
     * Removes a tag from a ticket.
     * @remarks A tag that the ticket does not have makes no version.
     */
    removeTag({ ticket_id, tag }, context) {
        return this.tickets
            .change(ticket_id, { fields: {}, removed_tag: tag }, context)
            .then(toResponse(context.reader));
    }
    /**
     * Lists the changes of a ticket, oldest first.
     * @remarks Each change raised the version of the ticket by one. EVENTS_RETENTION_DAYS limits their age.
     */
    listHistory(path, query, reader) {
        return this.tickets.history(path.ticket_id, query, reader);
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Creates a ticket.", description: "Its status is `opened`, its version 1. With an Idempotency-Key the request is safe to repeat." }),
    Post(),
    RequireScope('tickets:write', 'tickets:own'),
    WriteEndpoint(TicketDto, {
        ...{ status: 201, takes: [idempotencyKey] },
        ...{ sends: { ...created, ...versioned }, problems: taken },
    }),
    openapi.ApiResponse({ status: 201 }),
    __param(0, Body()),
    __param(1, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [CreateTicketDto, Object]),
    __metadata("design:returntype", Promise)
], TicketsController.prototype, "create", null);
__decorate([
    openapi.ApiOperation({ summary: "Lists tickets, without their comments.", description: "Follow next_cursor, or Link rel=\"next\". Tickets created meanwhile do not shift the pages." }),
    Get(),
    RequireScope('tickets:read', 'tickets:own'),
    ListEndpoint(TicketPageDto, { problems: { 422: 'The search would have to read too much.' } }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Query()),
    __param(1, Reader()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [ListTicketsQuery, Object]),
    __metadata("design:returntype", void 0)
], TicketsController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "Counts tickets.", description: "A count is at most 5 seconds old. At most 100,000 tickets are read; is_exact is false if there are more." }),
    Get('count'),
    RequireScope('tickets:read', 'tickets:own'),
    ReadEndpoint(TicketCountDto, {}),
    SetMetadata(TAKES_QUERY, true),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.TicketCountDto }),
    __param(0, Query()),
    __param(1, Reader()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [CountTicketsQuery, Object]),
    __metadata("design:returntype", void 0)
], TicketsController.prototype, "count", null);
__decorate([
    openapi.ApiOperation({ summary: "Reads a ticket with its first 100 comments.", description: "comments_next leads to the following comments." }),
    Get(':ticket_id'),
    RequireScope('tickets:read', 'tickets:own'),
    Cached(),
    ReadEndpoint(TicketDto, { takes: [ifNoneMatch], sends: { ...cached, ...versioned }, problems: noTicket }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, Reader()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [TicketParams, Object]),
    __metadata("design:returntype", void 0)
], TicketsController.prototype, "find", null);
__decorate([
    openapi.ApiOperation({ summary: "Transitions a ticket to another status.", description: "The current status decides which transitions are allowed. Of concurrent identical transitions, one succeeds." }),
    Put(':ticket_id'),
    RequireScope('tickets:write', 'tickets:own'),
    EvictsTicket(),
    WriteEndpoint(TicketDto, { takes, sends: versioned, problems: notAllowed }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, Body()),
    __param(2, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [TicketParams,
        UpdateStatusDto, Object]),
    __metadata("design:returntype", void 0)
], TicketsController.prototype, "updateTicketStatus", null);
__decorate([
    openapi.ApiOperation({ summary: "Changes fields of a ticket that is not closed, its status too.", description: "The body is a merge patch (RFC 7396): a field that is left out stays, null removes a value or sets its default, and each key of\nmetadata is merged. A change that leaves everything as it is makes no version." }),
    Patch(':ticket_id'),
    RequireScope('tickets:write'),
    EvictsTicket(),
    WriteEndpoint(TicketDto, { takes, sends: versioned, problems: notChanged, otherBodies: [mergePatch] }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, Body()),
    __param(2, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [TicketParams,
        UpdateTicketDto, Object]),
    __metadata("design:returntype", void 0)
], TicketsController.prototype, "update", null);
__decorate([
    openapi.ApiOperation({ summary: "Claims a ticket that is free, or assigned to the same one already.", description: "Of concurrent claims of different ones, one succeeds." }),
    Post(':ticket_id/claim'),
    HttpCode(200),
    RequireScope('tickets:write'),
    EvictsTicket(),
    WriteEndpoint(TicketDto, { takes, sends: versioned, problems: claimed }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, Body()),
    __param(2, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [TicketParams,
        ClaimTicketDto, Object]),
    __metadata("design:returntype", void 0)
], TicketsController.prototype, "claim", null);
__decorate([
    openapi.ApiOperation({ summary: "Adds a tag to a ticket.", description: "A tag that the ticket has already makes no version. Concurrent changes of other tags do not get lost." }),
    Put(':ticket_id/tag/:tag'),
    RequireScope('tickets:write'),
    EvictsTicket(),
    ReadEndpoint(TicketDto, { takes, sends: versioned, problems: tooManyTags }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [TagParams, Object]),
    __metadata("design:returntype", void 0)
], TicketsController.prototype, "addTag", null);
__decorate([
    openapi.ApiOperation({ summary: "Removes a tag from a ticket.", description: "A tag that the ticket does not have makes no version." }),
    Delete(':ticket_id/tag/:tag'),
    RequireScope('tickets:write'),
    EvictsTicket(),
    ReadEndpoint(TicketDto, { takes, sends: versioned, problems: closed }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [TagParams, Object]),
    __metadata("design:returntype", void 0)
], TicketsController.prototype, "removeTag", null);
__decorate([
    openapi.ApiOperation({ summary: "Lists the changes of a ticket, oldest first.", description: "Each change raised the version of the ticket by one. EVENTS_RETENTION_DAYS limits their age." }),
    Get(':ticket_id/history'),
    RequireScope('tickets:read', 'tickets:own'),
    ListEndpoint(HistoryPageDto, { problems: noTicket }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, Query()),
    __param(2, Reader()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [TicketParams, PageQuery, Object]),
    __metadata("design:returntype", void 0)
], TicketsController.prototype, "listHistory", null);
TicketsController = __decorate([
    ApiTags('Tickets'),
    Controller('ticket'),
    __metadata("design:paramtypes", [TicketsService,
        TicketCountsService])
], TicketsController);
export { TicketsController };
function toResponse({ audience }) {
    return ({ result, replayed }) => new ApiResponse(result, { etag: etagOf(result.version, audience), replayed });
}
//# sourceMappingURL=tickets.controller.js.map