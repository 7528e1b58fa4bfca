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
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
/** The error of one field. */
export class FieldErrorDto {
    /** The name of the field, of the parameter, or `body`. */
    field;
    /** The rule that it breaks. */
    message;
    static _OPENAPI_METADATA_FACTORY() {
        return { field: { required: true, type: () => String, description: "The name of the field, of the parameter, or `body`." }, message: { required: true, type: () => String, description: "The rule that it breaks." } };
    }
}
__decorate([
    ApiProperty({ example: 'theme' }),
    __metadata("design:type", String)
], FieldErrorDto.prototype, "field", void 0);
__decorate([
    ApiProperty({ example: 'must not be blank' }),
    __metadata("design:type", String)
], FieldErrorDto.prototype, "message", void 0);
/** Problem details (RFC 9457): every error of the service has this shape, as application/problem+json. */
export class ProblemDto {
    /** The kind of problem: a stable URI for programs to compare. */
    type;
    /** The kind of problem in words. */
    title;
    /** The HTTP status. */
    status;
    /** An explanation of this occurrence. */
    detail;
    /** The path of the request. */
    instance;
    /** The id of the request: its X-Request-Id, which the log shows too. */
    request_id;
    /** For 400: the invalid fields. */
    errors;
    /** For 410 of the feed: the cursor of the newest event; null if the feed has never had one. */
    newest_cursor;
    /** For 409: the status of the ticket. */
    current;
    /** For 409: the statuses that the ticket can become. */
    allowed;
    /** For 409 `external-id-taken`: the ticket that has the external id. */
    ticket_id;
    /** For 409 `ticket-claimed`: the assignee of the ticket. */
    assignee;
    /** For 403: the scope that the endpoint requires. */
    scope;
    static _OPENAPI_METADATA_FACTORY() {
        return { type: { required: true, type: () => String, description: "The kind of problem: a stable URI for programs to compare." }, title: { required: true, type: () => String, description: "The kind of problem in words." }, status: { required: true, type: () => Number, description: "The HTTP status." }, detail: { required: true, type: () => String, description: "An explanation of this occurrence." }, instance: { required: true, type: () => String, description: "The path of the request." }, request_id: { required: true, type: () => String, description: "The id of the request: its X-Request-Id, which the log shows too." }, errors: { required: false, type: () => [FieldErrorDto], description: "For 400: the invalid fields." }, newest_cursor: { required: false, type: () => String, nullable: true, description: "For 410 of the feed: the cursor of the newest event; null if the feed has never had one." }, current: { required: false, type: () => String, description: "For 409: the status of the ticket." }, allowed: { required: false, type: () => [String], description: "For 409: the statuses that the ticket can become." }, ticket_id: { required: false, type: () => Number, description: "For 409 `external-id-taken`: the ticket that has the external id." }, assignee: { required: false, type: () => String, description: "For 409 `ticket-claimed`: the assignee of the ticket." }, scope: { required: false, type: () => String, description: "For 403: the scope that the endpoint requires." } };
    }
}
__decorate([
    ApiProperty({ example: 'urn:problem-type:ticket-system:invalid-request' }),
    __metadata("design:type", String)
], ProblemDto.prototype, "type", void 0);
__decorate([
    ApiProperty({ example: 'Invalid request' }),
    __metadata("design:type", String)
], ProblemDto.prototype, "title", void 0);
__decorate([
    ApiProperty({ type: 'integer', example: 400 }),
    __metadata("design:type", Number)
], ProblemDto.prototype, "status", void 0);
__decorate([
    ApiProperty({ example: 'theme must not be blank' }),
    __metadata("design:type", String)
], ProblemDto.prototype, "detail", void 0);
__decorate([
    ApiProperty({ example: '/ticket' }),
    __metadata("design:type", String)
], ProblemDto.prototype, "instance", void 0);
__decorate([
    ApiProperty({ example: '8f2c1f0e-5c5b-4d43-9d5b-0f4f3b6c7a11' }),
    __metadata("design:type", String)
], ProblemDto.prototype, "request_id", void 0);
__decorate([
    ApiPropertyOptional({ type: String, nullable: true, example: '42-9f86d081' }),
    __metadata("design:type", Object)
], ProblemDto.prototype, "newest_cursor", void 0);
__decorate([
    ApiPropertyOptional({ type: 'integer', format: 'int64', example: 7 }),
    __metadata("design:type", Number)
], ProblemDto.prototype, "ticket_id", void 0);
//# sourceMappingURL=problem.dto.js.map