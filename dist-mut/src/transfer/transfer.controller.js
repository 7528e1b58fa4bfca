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
import { Controller, Get, HttpCode, Post, Req, StreamableFile, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ReadEndpoint } from '../api/endpoint.decorators.js';
import { exemptFromRequestTimeout } from '../api/express.adapter.js';
import { Problem } from '../api/problem.js';
import { WriteContext } from '../api/write-context.js';
import { RequireScope } from '../auth/scope.guard.js';
import { ExportService } from './export.service.js';
import { ExportLineDto } from './export-line.dto.js';
import { ImportedTicketDto, ImportResultDto } from './import-line.dto.js';
import { ImportService } from './import.service.js';
/** Newline-delimited JSON: a JSON value a line. */
const mediaType = 'application/x-ndjson';
/** The body of an import: each of its lines has the schema of `contentSchema`. */
const lines = {
    type: 'string',
    contentMediaType: mediaType,
    contentSchema: { $ref: getSchemaPath(ImportedTicketDto) },
};
/** The import and the export of all tickets. */
let TransferController = class TransferController {
    imports;
    exports;
    constructor(imports, exports) {
        this.imports = imports;
        this.exports = exports;
    }
    /**
     * Imports tickets with their comments, a ticket a line.
     * @remarks The body is newline-delimited JSON of any length with lines of at most 1 MiB. The response has a line for each: read it while you send. A ticket is imported whole, and once for each external_id, so lines can be sent again. Lines of an export are imported as they are.
     */
    async importTickets(request, response, { actor }) {
        assertLines(request);
        exemptFromRequestTimeout(request);
        const results = await this.imports.start(request, actor);
        if (request.headers.expect)
            response.writeContinue();
        return toResponse(results);
    }
    /**
     * Exports all tickets with their comments, a ticket a line.
     * @remarks The first line has the number of tickets, and the cursor of the feed to follow from. All lines are of one moment. A client that loads them, then follows GET /events after the cursor, and skips the versions of a ticket that it has, has everything. An export that was cut must be begun again.
     */
    async exportTickets() {
        return toResponse(await this.exports.start());
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Imports tickets with their comments, a ticket a line.", description: "The body is newline-delimited JSON of any length with lines of at most 1 MiB. The response has a line for each: read it while you send. A ticket is imported whole, and once for each external_id, so lines can be sent again. Lines of an export are imported as they are." }),
    Post('import'),
    HttpCode(200),
    RequireScope('tickets:import'),
    ApiConsumes(mediaType),
    ApiBody({ schema: lines, required: true }),
    ReadEndpoint(ImportResultDto, {
        mediaType,
        problems: { 415: 'The body is not newline-delimited JSON, or it is compressed.' },
    }),
    ApiExtraModels(ImportedTicketDto),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Req()),
    __param(1, Res({ passthrough: true })),
    __param(2, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object, Object]),
    __metadata("design:returntype", Promise)
], TransferController.prototype, "importTickets", null);
__decorate([
    openapi.ApiOperation({ summary: "Exports all tickets with their comments, a ticket a line.", description: "The first line has the number of tickets, and the cursor of the feed to follow from. All lines are of one moment. A client that loads them, then follows GET /events after the cursor, and skips the versions of a ticket that it has, has everything. An export that was cut must be begun again." }),
    Get('export'),
    RequireScope('tickets:read'),
    ReadEndpoint(ExportLineDto, { mediaType }),
    openapi.ApiResponse({ status: 200 }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", Promise)
], TransferController.prototype, "exportTickets", null);
TransferController = __decorate([
    ApiTags('Transfer'),
    Controller(),
    __metadata("design:paramtypes", [ImportService,
        ExportService])
], TransferController);
export { TransferController };
/** A failed stream is cut. An orderly end would look complete. */
function toResponse(stream) {
    return new StreamableFile(stream, { type: mediaType }).setErrorHandler((_, response) => {
        response.destroy?.();
    });
}
function assertLines({ headers }) {
    const type = headers['content-type'] ?? '';
    const isLines = type.split(';', 1)[0]?.trim().toLowerCase() === mediaType;
    if (isLines && headers['content-encoding'] === undefined)
        return;
    throw new Problem('unsupported-media-type', `The body must be ${mediaType}, not compressed`);
}
//# sourceMappingURL=transfer.controller.js.map