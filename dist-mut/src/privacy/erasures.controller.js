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
import * as openapi_import_1 from "./erasure.dto.js";
import * as openapi from "@nestjs/swagger";
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiResponse } from '../api/api-response.js';
import { ReadEndpoint, WriteEndpoint } from '../api/endpoint.decorators.js';
import { created, idempotencyKey } from '../api/endpoint.headers.js';
import { WriteContext } from '../api/write-context.js';
import { RequireScope } from '../auth/scope.guard.js';
import { AcceptedErasureDto, CreateErasureDto, ErasureDto, ErasureParams } from './erasure.dto.js';
import { ErasuresService } from './erasures.service.js';
/** The endpoints of erasures. */
let ErasuresController = class ErasuresController {
    erasures;
    constructor(erasures) {
        this.erasures = erasures;
    }
    /**
     * Erases the data of an email address.
     * @remarks
     * The service works it off in the background. `redact` replaces the texts of the tickets of the address, and `delete` removes the tickets;
     * comments of the address on tickets of others are redacted in both modes. An erasure cannot be undone.
     */
    async create(body, context) {
        const { result, replayed } = await this.erasures.create(body, context);
        return new ApiResponse(result, { location: `/erasure/${result.id}`, replayed });
    }
    /**
     * Reads an erasure.
     * @remarks It is `done` when nothing of the address is left. The address is not shown.
     */
    find({ erasure_id }) {
        return this.erasures.find(erasure_id);
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Erases the data of an email address.", description: "The service works it off in the background. `redact` replaces the texts of the tickets of the address, and `delete` removes the tickets;\ncomments of the address on tickets of others are redacted in both modes. An erasure cannot be undone." }),
    Post(),
    HttpCode(202),
    RequireScope('tickets:erase'),
    WriteEndpoint(AcceptedErasureDto, {
        ...{ status: 202, description: 'Accepted.', jsonOnly: true },
        ...{ takes: [idempotencyKey], sends: created },
    }),
    openapi.ApiResponse({ status: 202 }),
    __param(0, Body()),
    __param(1, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [CreateErasureDto, Object]),
    __metadata("design:returntype", Promise)
], ErasuresController.prototype, "create", null);
__decorate([
    openapi.ApiOperation({ summary: "Reads an erasure.", description: "It is `done` when nothing of the address is left. The address is not shown." }),
    Get(':erasure_id'),
    RequireScope('tickets:erase'),
    ReadEndpoint(ErasureDto, { problems: { 404: 'No erasure has this id.' } }),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.ErasureDto }),
    __param(0, Param()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [ErasureParams]),
    __metadata("design:returntype", void 0)
], ErasuresController.prototype, "find", null);
ErasuresController = __decorate([
    ApiTags('Privacy'),
    Controller('erasure'),
    __metadata("design:paramtypes", [ErasuresService])
], ErasuresController);
export { ErasuresController };
//# sourceMappingURL=erasures.controller.js.map