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
import * as openapi_import_1 from "./attachment.dto.js";
import * as openapi from "@nestjs/swagger";
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiResponse } from '../api/api-response.js';
import { Reader } from '../api/audience.js';
import { ListEndpoint, ReadEndpoint, WriteEndpoint } from '../api/endpoint.decorators.js';
import { created, idempotencyKey, ifMatch } from '../api/endpoint.headers.js';
import { WriteContext } from '../api/write-context.js';
import { RequireScope } from '../auth/scope.guard.js';
import { EvictsTicket } from '../cache/cache.interceptor.js';
import { TicketParams } from '../tickets/ticket.dto.js';
import { AttachmentDto, AttachmentPageDto, AttachmentParams, CreateAttachmentDto } from './attachment.dto.js';
import { CreatedAttachmentDto, DownloadDto, ListAttachmentsQuery } from './attachment.dto.js';
import { AttachmentsService } from './attachments.service.js';
/** The time limit of a completion, which reads all bytes if there is a hash. */
const completionMs = 600_000;
const none = { 404: 'No attachment of this ticket has this id.' };
const closed = { 409: 'The ticket is closed.' };
const takes = [idempotencyKey, ifMatch];
const location = { Location: { description: 'The signed URL', schema: { type: 'string' } } };
/** The endpoints of attachments. */
let AttachmentsController = class AttachmentsController {
    attachments;
    constructor(attachments) {
        this.attachments = attachments;
    }
    /**
     * Creates an attachment, whose bytes are uploaded next.
     * @remarks Send the bytes by the request in `upload`, then complete the attachment. One that is not complete within 24 hours is deleted.
     */
    async createAttachment({ ticket_id }, body, context) {
        const { result, replayed } = await this.attachments.create(ticket_id, body, context);
        return new ApiResponse(result, { location: `/ticket/${ticket_id}/attachment/${result.id}`, replayed });
    }
    /**
     * Completes an attachment after its bytes were uploaded.
     * @remarks Checks the size, and the hash if there is one. It is a change of the ticket and raises its version. Completing it again changes nothing.
     */
    async completeAttachment(path, context, response) {
        response.setTimeout(completionMs);
        return toResponse(await this.attachments.complete(path, context));
    }
    /**
     * Removes an attachment, and its bytes soon after.
     * @remarks The removal of a complete attachment raises the version of the ticket.
     */
    async deleteAttachment(path, context) {
        return toResponse(await this.attachments.remove(path, context));
    }
    /**
     * Lists the attachments of a ticket, oldest first.
     * @remarks Follow next_cursor, or Link rel="next", for the next page. Pending attachments are listed too; `state=complete` leaves them out.
     */
    listAttachments({ ticket_id }, query, reader) {
        return this.attachments.list(ticket_id, query, reader);
    }
    /**
     * Reads an attachment, without its bytes.
     * @remarks The content of the attachment leads to the bytes.
     */
    getAttachment(path, reader) {
        return this.attachments.find(path, reader);
    }
    /**
     * Redirects to the bytes of a complete attachment.
     * @remarks The signed URL is valid for five minutes. It needs no token, so a browser can download from it.
     */
    async getAttachmentContent(path, reader, { locals }) {
        const download = await this.attachments.download(path, reader, locals.principal?.subject);
        return new ApiResponse(download, { location: download.url });
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Creates an attachment, whose bytes are uploaded next.", description: "Send the bytes by the request in `upload`, then complete the attachment. One that is not complete within 24 hours is deleted." }),
    Post(),
    RequireScope('tickets:write', 'tickets:own'),
    WriteEndpoint(CreatedAttachmentDto, {
        ...{ status: 201, takes: [idempotencyKey], sends: created },
        problems: { 404: 'No ticket has this id.', ...closed },
    }),
    openapi.ApiResponse({ status: 201 }),
    __param(0, Param()),
    __param(1, Body()),
    __param(2, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [TicketParams,
        CreateAttachmentDto, Object]),
    __metadata("design:returntype", Promise)
], AttachmentsController.prototype, "createAttachment", null);
__decorate([
    openapi.ApiOperation({ summary: "Completes an attachment after its bytes were uploaded.", description: "Checks the size, and the hash if there is one. It is a change of the ticket and raises its version. Completing it again changes nothing." }),
    Post(':attachment_id/complete'),
    HttpCode(200),
    RequireScope('tickets:write', 'tickets:own'),
    EvictsTicket(),
    ReadEndpoint(AttachmentDto, {
        takes,
        problems: {
            ...none,
            409: 'The uploaded bytes are missing, or have another size or hash: upload them again. Or: The ticket is closed.',
            507: 'The store has no space left.',
        },
    }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, WriteContext()),
    __param(2, Res({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [AttachmentParams, Object, Object]),
    __metadata("design:returntype", Promise)
], AttachmentsController.prototype, "completeAttachment", null);
__decorate([
    openapi.ApiOperation({ summary: "Removes an attachment, and its bytes soon after.", description: "The removal of a complete attachment raises the version of the ticket." }),
    Delete(':attachment_id'),
    RequireScope('tickets:write', 'tickets:own'),
    EvictsTicket(),
    ReadEndpoint(AttachmentDto, { takes, problems: { ...none, ...closed } }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [AttachmentParams, Object]),
    __metadata("design:returntype", Promise)
], AttachmentsController.prototype, "deleteAttachment", null);
__decorate([
    openapi.ApiOperation({ summary: "Lists the attachments of a ticket, oldest first.", description: "Follow next_cursor, or Link rel=\"next\", for the next page. Pending attachments are listed too; `state=complete` leaves them out." }),
    Get(),
    RequireScope('tickets:read', 'tickets:own'),
    ListEndpoint(AttachmentPageDto, { problems: { 404: 'No ticket has this id.' } }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, Query()),
    __param(2, Reader()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [TicketParams,
        ListAttachmentsQuery, Object]),
    __metadata("design:returntype", void 0)
], AttachmentsController.prototype, "listAttachments", null);
__decorate([
    openapi.ApiOperation({ summary: "Reads an attachment, without its bytes.", description: "The content of the attachment leads to the bytes." }),
    Get(':attachment_id'),
    RequireScope('tickets:read', 'tickets:own'),
    ReadEndpoint(AttachmentDto, { problems: none }),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.AttachmentDto }),
    __param(0, Param()),
    __param(1, Reader()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [AttachmentParams, Object]),
    __metadata("design:returntype", void 0)
], AttachmentsController.prototype, "getAttachment", null);
__decorate([
    openapi.ApiOperation({ summary: "Redirects to the bytes of a complete attachment.", description: "The signed URL is valid for five minutes. It needs no token, so a browser can download from it." }),
    Get(':attachment_id/content'),
    HttpCode(302),
    RequireScope('tickets:read', 'tickets:own'),
    ReadEndpoint(DownloadDto, {
        ...{ status: 302, description: 'The bytes are at Location.', sends: location },
        problems: { ...none, 409: 'The attachment is pending.' },
    }),
    openapi.ApiResponse({ status: 302 }),
    __param(0, Param()),
    __param(1, Reader()),
    __param(2, Res({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [AttachmentParams, Object, Object]),
    __metadata("design:returntype", Promise)
], AttachmentsController.prototype, "getAttachmentContent", null);
AttachmentsController = __decorate([
    ApiTags('Attachments'),
    Controller('ticket/:ticket_id/attachment'),
    __metadata("design:paramtypes", [AttachmentsService])
], AttachmentsController);
export { AttachmentsController };
function toResponse({ result, replayed }) {
    return new ApiResponse(result, { replayed });
}
//# sourceMappingURL=attachments.controller.js.map