var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi_import_1 from "./index.dto.js";
import * as openapi from "@nestjs/swagger";
import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ReadEndpoint } from '../api/endpoint.decorators.js';
import { Public } from '../auth/scope.guard.js';
import { Environment } from '../config/environment.js';
import { IndexDto } from './index.dto.js';
/** The name and the description of the service, here and in the OpenAPI document. */
export const about = {
    name: 'Ticket System',
    description: 'A headless ticket service: tickets, their status and their comments.',
};
/** The root of the service. */
let IndexController = class IndexController {
    environment;
    constructor(environment) {
        this.environment = environment;
    }
    /**
     * Tells what the service is, and where its documentation is.
     * @remarks The addresses begin with PUBLIC_URL, or are paths without it.
     */
    getIndex() {
        const { PUBLIC_URL } = this.environment;
        return { ...about, docs: `${PUBLIC_URL}/docs`, openapi: `${PUBLIC_URL}/docs-json` };
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Tells what the service is, and where its documentation is.", description: "The addresses begin with PUBLIC_URL, or are paths without it." }),
    Get(),
    Public(),
    ReadEndpoint(IndexDto, {}),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.IndexDto }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", IndexDto)
], IndexController.prototype, "getIndex", null);
IndexController = __decorate([
    ApiTags('Health'),
    Controller(),
    __metadata("design:paramtypes", [Environment])
], IndexController);
export { IndexController };
//# sourceMappingURL=index.controller.js.map