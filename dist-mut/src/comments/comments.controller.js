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
import * as openapi_import_1 from "./comment.dto.js";
import * as openapi from "@nestjs/swagger";
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Reader } from '../api/audience.js';
import { ApiResponse } from '../api/api-response.js';
import { ListEndpoint, ReadEndpoint, WriteEndpoint } from '../api/endpoint.decorators.js';
import { created, idempotencyKey, ifMatch } from '../api/endpoint.headers.js';
import { WriteContext } from '../api/write-context.js';
import { RequireScope } from '../auth/scope.guard.js';
import { EvictsTicket } from '../cache/cache.interceptor.js';
import { TicketParams } from '../tickets/ticket.dto.js';
import { CommentDto, CommentPageDto, CommentParams } from './comment.dto.js';
import { CreateCommentDto, ListCommentsQuery } from './comment.dto.js';
import { CommentsService } from './comments.service.js';
const noTicket = { 404: 'No ticket has this id.', 410: 'The ticket was deleted.' };
const takes = [idempotencyKey, ifMatch];
const closed = { ...noTicket, 409: 'The ticket is closed.' };
/** The endpoints of comments. */
let CommentsController = class CommentsController {
    comments;
    constructor(comments) {
        this.comments = comments;
    }
    /**
     * Comments on a ticket that is not closed.
     * @remarks A comment is a change: it raises the version of the ticket. An internal one is for the team only. With an Idempotency-Key it is safe to repeat.
     */
    add(path, body, context) {
        return this.comments.add(path.ticket_id, body, context).then(toResponse);
    }
    /**
     * Lists the comments of a ticket, oldest or newest first.
     * @remarks Follow next_cursor, or Link rel="next", for the next page. Comments added meanwhile do not shift the pages.
     */
    list(path, query, reader) {
        return this.comments.list(path.ticket_id, query, reader);
    }
    /**
     * Reads a comment.
     * @remarks The Location of a new comment leads here.
     */
    find(path, reader) {
        return this.comments.find(path, reader);
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Comments on a ticket that is not closed.", description: "A comment is a change: it raises the version of the ticket. An internal one is for the team only. With an Idempotency-Key it is safe to repeat." }),
    Post(),
    RequireScope('tickets:write', 'tickets:own'),
    EvictsTicket(),
    WriteEndpoint(CommentDto, { status: 201, takes, sends: created, problems: closed }),
    openapi.ApiResponse({ status: 201 }),
    __param(0, Param()),
    __param(1, Body()),
    __param(2, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [TicketParams, CreateCommentDto, Object]),
    __metadata("design:returntype", void 0)
], CommentsController.prototype, "add", null);
__decorate([
    openapi.ApiOperation({ summary: "Lists the comments of a ticket, oldest or newest first.", description: "Follow next_cursor, or Link rel=\"next\", for the next page. Comments added meanwhile do not shift the pages." }),
    Get(),
    RequireScope('tickets:read', 'tickets:own'),
    ListEndpoint(CommentPageDto, { problems: noTicket }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, Query()),
    __param(2, Reader()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [TicketParams, ListCommentsQuery, Object]),
    __metadata("design:returntype", void 0)
], CommentsController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "Reads a comment.", description: "The Location of a new comment leads here." }),
    Get(':comment_id'),
    RequireScope('tickets:read', 'tickets:own'),
    ReadEndpoint(CommentDto, { problems: { 404: 'No comment on this ticket has this id.' } }),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.CommentDto }),
    __param(0, Param()),
    __param(1, Reader()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [CommentParams, Object]),
    __metadata("design:returntype", void 0)
], CommentsController.prototype, "find", null);
CommentsController = __decorate([
    ApiTags('Comments'),
    Controller('ticket/:ticket_id/comment'),
    __metadata("design:paramtypes", [CommentsService])
], CommentsController);
export { CommentsController };
function toResponse({ result, replayed }) {
    const { ticket_id, id } = result;
    return new ApiResponse(result, { location: `/ticket/${ticket_id}/comment/${id}`, replayed });
}
//# sourceMappingURL=comments.controller.js.map