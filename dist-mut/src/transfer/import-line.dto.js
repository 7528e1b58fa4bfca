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
import { authors } from '../api/audience.js';
import { WriteDto } from '../api/dto.js';
import { choiceError, emailError, idError, Optional, Satisfies } from '../api/field-rules.js';
import { storedTimeError, textError } from '../api/field-rules.js';
import { timeSchema } from '../api/fields.js';
import { Comment } from '../comments/comment.entity.js';
import { Ticket } from '../tickets/ticket.entity.js';
/** The address of a person whose data was erased. An export shows it, so an import takes it. */
const erased = '[erased]';
const orNull = (rule) => (value) => value === null ? undefined : rule(value);
const importedEmailError = (value) => (value === erased ? undefined : emailError(value));
/** The columns of a ticket that an import sets as they are given. */
export class ImportedTicketColumns extends WriteDto(Ticket, {
    required: ['theme', 'text', 'email'],
    optional: [
        ...[
            'external_id',
            'status',
            'assignee',
            'priority',
            'tags',
            'metadata',
            'due_at',
            'created_at',
        ],
        ...['updated_at', 'status_changed_at', 'first_response_at', 'closed_at'],
    ],
}) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** The columns of a comment that an import sets as they are given. */
export class ImportedCommentColumns extends WriteDto(Comment, {
    required: ['text', 'email'],
    optional: ['visibility', 'created_at'],
}) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** A comment of a line. */
export class ImportedCommentDto extends ImportedCommentColumns {
    // Here and not in the parent, because class-validator replaces only the rules of the class itself.
    email;
    /** The author; by default `requester` if the address is that of the ticket, compared without case, else `team`. */
    author;
    /** The time at which the text was removed; null because it was not. */
    redacted_at;
    static _OPENAPI_METADATA_FACTORY() {
        return { email: { required: true, type: () => String }, author: { required: false, description: "The author; by default `requester` if the address is that of the ticket, compared without case, else `team`.", enum: ["requester", "team"] }, redacted_at: { required: false, type: () => String, nullable: true, description: "The time at which the text was removed; null because it was not." } };
    }
}
__decorate([
    Satisfies(importedEmailError),
    __metadata("design:type", String)
], ImportedCommentDto.prototype, "email", void 0);
__decorate([
    ApiProperty({ enum: authors, enumName: 'CommentAuthor', required: false, example: 'team' }),
    Satisfies((value) => choiceError(value, authors)),
    Optional(),
    __metadata("design:type", String)
], ImportedCommentDto.prototype, "author", void 0);
__decorate([
    ApiProperty({ ...timeSchema, nullable: true, required: false, example: null }),
    Satisfies(orNull(storedTimeError)),
    Optional(),
    __metadata("design:type", Object)
], ImportedCommentDto.prototype, "redacted_at", void 0);
/** A line of an import: a ticket with its comments. */
export class ImportedTicketDto extends ImportedTicketColumns {
    email;
    /** The id of the ticket in an export: `ticket:<id>` is its external id if it has none. */
    id;
    /** The id that an earlier ticket has in the same export; it is found by `ticket:<id>`. */
    follows;
    /** The external id of the earlier ticket that this one continues. A ticket that was not imported before leaves `follows` null. */
    follows_external_id;
    /** The comments. They are stored in the order of their times. */
    comments;
    static _OPENAPI_METADATA_FACTORY() {
        return { email: { required: true, type: () => String }, id: { required: false, type: () => Number, description: "The id of the ticket in an export: `ticket:<id>` is its external id if it has none." }, follows: { required: false, type: () => Number, nullable: true, description: "The id that an earlier ticket has in the same export; it is found by `ticket:<id>`." }, follows_external_id: { required: false, type: () => String, nullable: true, description: "The external id of the earlier ticket that this one continues. A ticket that was not imported before leaves `follows` null." }, comments: { required: false, type: () => [ImportedCommentDto], description: "The comments. They are stored in the order of their times." } };
    }
}
__decorate([
    Satisfies(importedEmailError),
    __metadata("design:type", String)
], ImportedTicketDto.prototype, "email", void 0);
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', required: false, example: 7 }),
    Satisfies(idError),
    Optional(),
    __metadata("design:type", Number)
], ImportedTicketDto.prototype, "id", void 0);
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', nullable: true, required: false, example: 3 }),
    Satisfies(orNull(idError)),
    Optional(),
    __metadata("design:type", Object)
], ImportedTicketDto.prototype, "follows", void 0);
__decorate([
    ApiProperty({ type: String, nullable: true, required: false, example: 'shop-1999' }),
    Satisfies(orNull((value) => textError(value, 255))),
    Optional(),
    __metadata("design:type", Object)
], ImportedTicketDto.prototype, "follows_external_id", void 0);
__decorate([
    ApiProperty({ type: [ImportedCommentDto], required: false }),
    __metadata("design:type", Array)
], ImportedTicketDto.prototype, "comments", void 0);
/** The error of one field of a line. */
class LineErrorDto {
    /** The field, such as `theme` or `comments[2].text`; `line` for the line itself. */
    field;
    /** The reason. */
    message;
    static _OPENAPI_METADATA_FACTORY() {
        return { field: { required: true, type: () => String, description: "The field, such as `theme` or `comments[2].text`; `line` for the line itself." }, message: { required: true, type: () => String, description: "The reason." } };
    }
}
__decorate([
    ApiProperty({ example: 'comments[2].text' }),
    __metadata("design:type", String)
], LineErrorDto.prototype, "field", void 0);
__decorate([
    ApiProperty({ example: 'must not be blank' }),
    __metadata("design:type", String)
], LineErrorDto.prototype, "message", void 0);
/** The statuses of a line. */
const lineStatuses = ['created', 'exists', 'invalid'];
/** The result of a line. */
export class ImportResultDto {
    /** The number of the line; the first one is 1. */
    line;
    /** The external id of the ticket; null if the line has none. */
    external_id;
    /** `created`, `exists` if there is a ticket with this external id, or `invalid`. Only `created` has changed something. */
    status;
    /** The id of the ticket; absent for an invalid line. */
    id;
    /** The errors of an invalid line. */
    errors;
    static _OPENAPI_METADATA_FACTORY() {
        return { line: { required: true, type: () => Number, description: "The number of the line; the first one is 1." }, external_id: { required: true, type: () => String, nullable: true, description: "The external id of the ticket; null if the line has none." }, status: { required: true, description: "`created`, `exists` if there is a ticket with this external id, or `invalid`. Only `created` has changed something.", enum: ["created", "exists", "invalid"] }, id: { required: false, type: () => Number, description: "The id of the ticket; absent for an invalid line." }, errors: { required: false, type: () => [LineErrorDto], description: "The errors of an invalid line." } };
    }
}
__decorate([
    ApiProperty({ type: 'integer', minimum: 1, example: 1 }),
    __metadata("design:type", Number)
], ImportResultDto.prototype, "line", void 0);
__decorate([
    ApiProperty({ type: String, nullable: true, example: 'shop-2043' }),
    __metadata("design:type", Object)
], ImportResultDto.prototype, "external_id", void 0);
__decorate([
    ApiProperty({ enum: lineStatuses, example: 'created' }),
    __metadata("design:type", Object)
], ImportResultDto.prototype, "status", void 0);
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', required: false, example: 7 }),
    __metadata("design:type", Number)
], ImportResultDto.prototype, "id", void 0);
__decorate([
    ApiProperty({ type: [LineErrorDto], required: false }),
    __metadata("design:type", Array)
], ImportResultDto.prototype, "errors", void 0);
//# sourceMappingURL=import-line.dto.js.map