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
import { Controller, Get, Header, Param, Put, Query, Req, Res, SetMetadata } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { create as contentDisposition } from 'content-disposition';
import { ReadEndpoint, TAKES_QUERY } from '../api/endpoint.decorators.js';
import { exemptFromRequestTimeout } from '../api/express.adapter.js';
import { Public } from '../auth/scope.guard.js';
import { AttachmentDto, AttachmentParams, LinkQuery } from './attachment.dto.js';
import { StoreUnavailable } from './attachment.errors.js';
import { AttachmentFilesService } from './attachment-files.service.js';
/** The time for an upload to make progress, and then to reach the disk. */
const stalledUploadMs = 60_000;
/** The time of a whole upload, and that of a client to notice that its upload was rejected. */
const uploadMs = 3_600_000;
const rejectedMs = 5_000;
const problems = {
    403: 'The signed URL is altered, has expired, or belongs to another caller.',
    404: 'The attachment was removed, or attachments are in an S3-compatible store.',
};
/** The endpoints of the files behind signed URLs, if attachments are kept in ATTACHMENTS_DIR. */
let AttachmentFilesController = class AttachmentFilesController {
    files;
    constructor(files) {
        this.files = files;
    }
    /**
     * Uploads the bytes of an attachment by the signed URL in `upload`.
     * @remarks An interrupted upload leaves nothing, and can be repeated. The bytes can be replaced until the attachment is complete.
     */
    uploadAttachmentFile(path, query, request, response) {
        limitUpload(request, response);
        const length = request.headers['content-length'];
        const size = length === undefined ? undefined : Number(length);
        return this.files.upload(path, query, response.locals.principal?.subject, { stream: request, size });
    }
    /**
     * Downloads the bytes of an attachment by the signed URL of its content.
     * @remarks The type is the one that was told. Browsers save the file under its name and never show or run it. Ranges are supported.
     */
    async downloadAttachmentFile(path, query, response) {
        const file = await this.files.find(path, query, response.locals.principal?.subject);
        // Express would add a charset.
        response.setHeader('Content-Type', file.content_type);
        response.setHeader('Content-Disposition', contentDisposition(file.name));
        const options = { dotfiles: 'allow', etag: false, lastModified: false, cacheControl: false };
        await new Promise((resolve, reject) => {
            response.sendFile(file.path, options, (error) => {
                if (!error || response.headersSent)
                    resolve();
                else
                    reject(toProblem(error, response));
            });
        });
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Uploads the bytes of an attachment by the signed URL in `upload`.", description: "An interrupted upload leaves nothing, and can be repeated. The bytes can be replaced until the attachment is complete." }),
    Put(),
    Public(),
    SetMetadata(TAKES_QUERY, true),
    ApiConsumes('application/octet-stream'),
    ApiBody({ required: true, schema: { type: 'string', format: 'binary' } }),
    ReadEndpoint(AttachmentDto, {
        problems: { ...problems, 409: 'The attachment is complete.', 507: 'The store has no space left.' },
    }),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.AttachmentDto }),
    __param(0, Param()),
    __param(1, Query()),
    __param(2, Req()),
    __param(3, Res({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [AttachmentParams,
        LinkQuery, Object, Object]),
    __metadata("design:returntype", void 0)
], AttachmentFilesController.prototype, "uploadAttachmentFile", null);
__decorate([
    openapi.ApiOperation({ summary: "Downloads the bytes of an attachment by the signed URL of its content.", description: "The type is the one that was told. Browsers save the file under its name and never show or run it. Ranges are supported." }),
    Get(),
    Public(),
    SetMetadata(TAKES_QUERY, true),
    Header('Cache-Control', 'no-store'),
    ReadEndpoint(AttachmentDto, {
        description: 'The bytes, with the media type of the attachment.',
        content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
        problems: { ...problems, 409: 'The attachment is pending.' },
    }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, Query()),
    __param(2, Res()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [AttachmentParams,
        LinkQuery, Object]),
    __metadata("design:returntype", Promise)
], AttachmentFilesController.prototype, "downloadAttachmentFile", null);
AttachmentFilesController = __decorate([
    ApiTags('Attachments'),
    Controller('ticket/:ticket_id/attachment/:attachment_id/file'),
    __metadata("design:paramtypes", [AttachmentFilesService])
], AttachmentFilesController);
export { AttachmentFilesController };
/** Gives an upload an hour as long as it makes progress. No more of it is taken after the response. */
function limitUpload(request, response) {
    exemptFromRequestTimeout(request);
    response.setTimeout(stalledUploadMs);
    const close = () => request.socket.destroy();
    let timer = setTimeout(close, uploadMs);
    response.once('finish', () => {
        if (request.complete)
            return;
        request.resume();
        clearTimeout(timer);
        timer = setTimeout(close, rejectedMs);
    });
    request.once('close', () => {
        clearTimeout(timer);
    });
}
/** A range that is not in the file is the client's error. Bytes that are missing are one of the store. */
function toProblem(error, response) {
    response.removeHeader('Content-Disposition');
    const isRange = 'status' in error && error.status === 416;
    return isRange ? error : new StoreUnavailable(error);
}
//# sourceMappingURL=attachment-files.controller.js.map