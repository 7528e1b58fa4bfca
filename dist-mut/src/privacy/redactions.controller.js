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
import * as openapi from "@nestjs/swagger";
import { Controller, Param, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiResponse } from '../api/api-response.js';
import { ReadEndpoint } from '../api/endpoint.decorators.js';
import { idempotencyKey, ifMatch, versioned } from '../api/endpoint.headers.js';
import { etagOf } from '../api/etags.js';
import { WriteContext } from '../api/write-context.js';
import { AuthorizationService } from '../auth/authorization.service.js';
import { RequireScope } from '../auth/scope.guard.js';
import { EvictsTicket } from '../cache/cache.interceptor.js';
import { CommentDto, CommentParams } from '../comments/comment.dto.js';
import { TicketDto, TicketParams } from '../tickets/ticket.dto.js';
import { RedactionsService } from './redactions.service.js';
const takes = [ifMatch, idempotencyKey];
const gone = { 410: 'The ticket was deleted.' };
/** The endpoints of redactions. */
let RedactionsController = class RedactionsController {
    redactions;
    authorization;
    constructor(redactions, authorization) {
        this.redactions = redactions;
        this.authorization = authorization;
    }
    /**
     * Replaces the theme and the text of a ticket by "[redacted]".
     * @remarks A closed ticket needs the scope tickets:erase too. A ticket that is redacted already keeps its version.
     */
    async redactTicket({ ticket_id }, context, response) {
        const mayErase = this.authorization.allows('tickets:erase', response);
        const { result, replayed } = await this.redactions.redactTicket(ticket_id, context, mayErase);
        return new ApiResponse(result, { etag: etagOf(result.version), replayed });
    }
    /**
     * Replaces the text of a comment by "[redacted]".
     * @remarks A comment on a closed ticket needs the scope tickets:erase too. A comment that is redacted already stays as it is.
     */
    async redactComment(path, context, response) {
        const mayErase = this.authorization.allows('tickets:erase', response);
        const { result, replayed } = await this.redactions.redactComment(path, context, mayErase);
        return new ApiResponse(result, { replayed });
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Replaces the theme and the text of a ticket by \"[redacted]\".", description: "A closed ticket needs the scope tickets:erase too. A ticket that is redacted already keeps its version." }),
    Put('redaction'),
    RequireScope('tickets:write'),
    EvictsTicket(),
    ReadEndpoint(TicketDto, { takes, sends: versioned, problems: { 404: 'No ticket has this id.', ...gone } }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, WriteContext()),
    __param(2, Res({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [TicketParams, Object, Object]),
    __metadata("design:returntype", Promise)
], RedactionsController.prototype, "redactTicket", null);
__decorate([
    openapi.ApiOperation({ summary: "Replaces the text of a comment by \"[redacted]\".", description: "A comment on a closed ticket needs the scope tickets:erase too. A comment that is redacted already stays as it is." }),
    Put('comment/:comment_id/redaction'),
    RequireScope('tickets:write'),
    EvictsTicket(),
    ReadEndpoint(CommentDto, {
        takes,
        problems: { 404: 'No comment on this ticket has this id.', ...gone },
    }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, WriteContext()),
    __param(2, Res({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [CommentParams, Object, Object]),
    __metadata("design:returntype", Promise)
], RedactionsController.prototype, "redactComment", null);
RedactionsController = __decorate([
    ApiTags('Privacy'),
    Controller('ticket/:ticket_id'),
    __metadata("design:paramtypes", [RedactionsService,
        AuthorizationService])
], RedactionsController);
export { RedactionsController };
//# sourceMappingURL=redactions.controller.js.map