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
import { ApiProperty } from '@nestjs/swagger';
import { ReadDto, WriteDto } from '../api/dto.js';
import { Optional } from '../api/field-rules.js';
import { timeSchema } from '../api/fields.js';
import { PageDto, PageQuery } from '../api/pagination.js';
import { ChoiceFilter, IdParameter } from '../api/parameters.js';
import { Attachment, attachmentStates } from './attachment.entity.js';
import { LinkParameter } from './attachment.fields.js';
/** A new attachment. */
export class CreateAttachmentDto extends WriteDto(Attachment, {
    required: ['name', 'content_type', 'size'],
    optional: ['sha256', 'visibility', 'comment_id'],
}) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** A file that is attached to a ticket. */
export class AttachmentDto extends ReadDto(Attachment, [
    ...['id', 'ticket_id', 'name', 'content_type', 'size', 'sha256'],
    ...['visibility', 'comment_id', 'author', 'state', 'created_at', 'completed_at'],
]) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** A page of the attachments of a ticket. */
export class AttachmentPageDto extends PageDto(AttachmentDto) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** The request that uploads the bytes of an attachment. */
export class UploadRequestDto {
    /** The method. */
    method;
    /** The signed URL. It begins with PUBLIC_URL, is a path without it, or leads to the S3-compatible store. */
    url;
    /** The headers to send. */
    headers;
    /** The time at which the URL expires: RFC 3339, UTC, milliseconds. */
    expires_at;
    static _OPENAPI_METADATA_FACTORY() {
        return { method: { required: true, description: "The method.", enum: ["PUT"] }, url: { required: true, type: () => String, description: "The signed URL. It begins with PUBLIC_URL, is a path without it, or leads to the S3-compatible store." }, headers: { required: true, type: "object", additionalProperties: { type: "string" }, description: "The headers to send." }, expires_at: { required: true, type: () => String, description: "The time at which the URL expires: RFC 3339, UTC, milliseconds." } };
    }
}
__decorate([
    ApiProperty({ enum: ['PUT'], example: 'PUT' }),
    __metadata("design:type", String)
], UploadRequestDto.prototype, "method", void 0);
__decorate([
    ApiProperty({ example: '/ticket/7/attachment/3/file?expires=1795849200&signature=nMc6TqB…' }),
    __metadata("design:type", String)
], UploadRequestDto.prototype, "url", void 0);
__decorate([
    ApiProperty({
        ...{ type: 'object', additionalProperties: { type: 'string' } },
        example: { 'Content-Type': 'application/pdf' },
    }),
    __metadata("design:type", Object)
], UploadRequestDto.prototype, "headers", void 0);
__decorate([
    ApiProperty(timeSchema),
    __metadata("design:type", String)
], UploadRequestDto.prototype, "expires_at", void 0);
/** A new attachment, with the request that uploads its bytes. */
export class CreatedAttachmentDto extends AttachmentDto {
    /** The request that uploads the bytes. */
    upload;
    static _OPENAPI_METADATA_FACTORY() {
        return { upload: { required: true, type: () => UploadRequestDto, description: "The request that uploads the bytes." } };
    }
}
__decorate([
    ApiProperty({
        type: UploadRequestDto,
        example: {
            ...{ method: 'PUT', url: '/ticket/7/attachment/3/file?expires=1795849200&signature=nMc6TqB…' },
            ...{ headers: { 'Content-Type': 'application/pdf' }, expires_at: '2026-11-24T07:15:42.000Z' },
        },
    }),
    __metadata("design:type", UploadRequestDto)
], CreatedAttachmentDto.prototype, "upload", void 0);
/** A place to download an attachment from. */
export class DownloadDto {
    /** The signed URL. It begins with PUBLIC_URL, is a path without it, or leads to the S3-compatible store. */
    url;
    /** The time at which the URL expires: RFC 3339, UTC, milliseconds. */
    expires_at;
    static _OPENAPI_METADATA_FACTORY() {
        return { url: { required: true, type: () => String, description: "The signed URL. It begins with PUBLIC_URL, is a path without it, or leads to the S3-compatible store." }, expires_at: { required: true, type: () => String, description: "The time at which the URL expires: RFC 3339, UTC, milliseconds." } };
    }
}
__decorate([
    ApiProperty({ example: '/ticket/7/attachment/3/file?expires=1795849200&signature=nMc6TqB…' }),
    __metadata("design:type", String)
], DownloadDto.prototype, "url", void 0);
__decorate([
    ApiProperty(timeSchema),
    __metadata("design:type", String)
], DownloadDto.prototype, "expires_at", void 0);
/** The path of an attachment. */
export class AttachmentParams {
    /** The id of the ticket, without sign or leading zeros. */
    ticket_id;
    /** The id of the attachment, without sign or leading zeros. */
    attachment_id;
    static _OPENAPI_METADATA_FACTORY() {
        return { ticket_id: { required: true, type: () => Number, description: "The id of the ticket, without sign or leading zeros." }, attachment_id: { required: true, type: () => Number, description: "The id of the attachment, without sign or leading zeros." } };
    }
}
__decorate([
    IdParameter({ of: 'ticket', example: 7 }),
    __metadata("design:type", Number)
], AttachmentParams.prototype, "ticket_id", void 0);
__decorate([
    IdParameter({ of: 'attachment', example: 3 }),
    __metadata("design:type", Number)
], AttachmentParams.prototype, "attachment_id", void 0);
/** The filter of a list of attachments. */
export class ListAttachmentsQuery extends PageQuery {
    /** Only attachments in this state. */
    state;
    static _OPENAPI_METADATA_FACTORY() {
        return { state: { required: false, type: () => [Object], description: "Only attachments in this state.", enum: ["complete", "pending"], isArray: true } };
    }
}
__decorate([
    ChoiceFilter(attachmentStates),
    __metadata("design:type", Array)
], ListAttachmentsQuery.prototype, "state", void 0);
/** The parameters of a signed URL. */
export class LinkQuery {
    /** The time at which the URL expires, in seconds since 1970. */
    expires;
    /** The caller that the URL was issued to; absent if authentication was off. */
    caller;
    /** The signature. */
    signature;
    static _OPENAPI_METADATA_FACTORY() {
        return { expires: { required: true, type: () => String, description: "The time at which the URL expires, in seconds since 1970." }, caller: { required: false, type: () => String, description: "The caller that the URL was issued to; absent if authentication was off." }, signature: { required: true, type: () => String, description: "The signature." } };
    }
}
__decorate([
    LinkParameter(/^\d{1,12}$/),
    __metadata("design:type", String)
], LinkQuery.prototype, "expires", void 0);
__decorate([
    Optional(),
    LinkParameter(/^[\w-]{22}$/),
    __metadata("design:type", String)
], LinkQuery.prototype, "caller", void 0);
__decorate([
    LinkParameter(/^[\w-]{43}$/),
    __metadata("design:type", String)
], LinkQuery.prototype, "signature", void 0);
/** Returns the name of a list of a ticket's attachments. A cursor is valid for one list. */
export function attachmentList(ticketId, state) {
    return `attachments of ${ticketId}, ${state.join()}`;
}
//# sourceMappingURL=attachment.dto.js.map