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
/** What the service is, and the addresses of its documentation. */
export class IndexDto {
    /** The name of the service. */
    name;
    /** What the service does. */
    description;
    /** The address of the documentation for people. */
    docs;
    /** The address of the OpenAPI document. */
    openapi;
    static _OPENAPI_METADATA_FACTORY() {
        return { name: { required: true, type: () => String, description: "The name of the service." }, description: { required: true, type: () => String, description: "What the service does." }, docs: { required: true, type: () => String, description: "The address of the documentation for people." }, openapi: { required: true, type: () => String, description: "The address of the OpenAPI document." } };
    }
}
__decorate([
    ApiProperty({ example: 'Ticket System' }),
    __metadata("design:type", String)
], IndexDto.prototype, "name", void 0);
__decorate([
    ApiProperty({ example: 'A headless ticket service: tickets, their status and their comments.' }),
    __metadata("design:type", String)
], IndexDto.prototype, "description", void 0);
__decorate([
    ApiProperty({ example: '/docs' }),
    __metadata("design:type", String)
], IndexDto.prototype, "docs", void 0);
__decorate([
    ApiProperty({ example: '/docs-json' }),
    __metadata("design:type", String)
], IndexDto.prototype, "openapi", void 0);
//# sourceMappingURL=index.dto.js.map