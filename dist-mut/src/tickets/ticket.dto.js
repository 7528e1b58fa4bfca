var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi_import_1 from "../comments/comment.dto.js";
import * as openapi from "@nestjs/swagger";
import { ApiProperty } from '@nestjs/swagger';
import { ReadDto, WriteDto } from '../api/dto.js';
import { PageDto } from '../api/pagination.js';
import { Choice, IdParameter, TextParameter } from '../api/parameters.js';
import { CommentDto } from '../comments/comment.dto.js';
import { tagPattern, Ticket } from './ticket.entity.js';
import { transitionTargets } from './transition-policy.js';
/** Fields that a client may set at the creation and change later. */
const optional = ['external_id', 'assignee', 'priority', 'tags', 'metadata', 'due_at'];
/** A new ticket. */
export class CreateTicketDto extends WriteDto(Ticket, {
    required: ['theme', 'text', 'email'],
    optional: [...optional, 'follows'],
}) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** A change of a ticket: the fields to change. A field that is left out stays as it is. */
export class UpdateTicketDto extends WriteDto(Ticket, {
    required: [],
    optional: ['theme', 'text', 'email', 'status', ...optional],
}) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** A claim of a ticket. */
export class ClaimTicketDto {
    /** The person or the team that claims the ticket: an id of yours, 1 to 255 characters, not blank. */
    assignee;
    static _OPENAPI_METADATA_FACTORY() {
        return { assignee: { required: true, type: () => String, description: "The person or the team that claims the ticket: an id of yours, 1 to 255 characters, not blank." } };
    }
}
__decorate([
    TextParameter({ max: 255, example: 'ada' }),
    __metadata("design:type", String)
], ClaimTicketDto.prototype, "assignee", void 0);
/** A transition of a ticket. */
export class UpdateStatusDto {
    /** The new status. The current status decides which transitions are allowed. */
    status;
    static _OPENAPI_METADATA_FACTORY() {
        return { status: { required: true, description: "The new status. The current status decides which transitions are allowed.", enum: ["opened", "answered", "closed", "awaited"] } };
    }
}
__decorate([
    Choice(transitionTargets, { example: 'answered' }),
    __metadata("design:type", String)
], UpdateStatusDto.prototype, "status", void 0);
/** A ticket without its comments, as lists show it. */
export class TicketSummaryDto extends ReadDto(Ticket, [
    ...['id', 'external_id', 'theme', 'text', 'email', 'status', 'assignee', 'priority', 'tags'],
    ...['metadata', 'due_at', 'follows', 'version', 'comment_count', 'created_at', 'updated_at'],
    ...['status_changed_at', 'first_response_at', 'closed_at'],
]) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** A ticket with its first comments. */
export class TicketDto extends TicketSummaryDto {
    /** The first 100 comments, oldest first. */
    comments;
    /** The address of the following comments: it begins with PUBLIC_URL, or is a path without it. Null if there are none. */
    comments_next;
    static _OPENAPI_METADATA_FACTORY() {
        return { comments: { required: true, type: () => [openapi_import_1.CommentDto], description: "The first 100 comments, oldest first." }, comments_next: { required: true, type: () => String, nullable: true, description: "The address of the following comments: it begins with PUBLIC_URL, or is a path without it. Null if there are none." } };
    }
}
__decorate([
    ApiProperty({ type: [CommentDto] }),
    __metadata("design:type", Array)
], TicketDto.prototype, "comments", void 0);
__decorate([
    ApiProperty({ type: String, nullable: true, example: null }),
    __metadata("design:type", Object)
], TicketDto.prototype, "comments_next", void 0);
/** A page of tickets. */
export class TicketPageDto extends PageDto(TicketSummaryDto) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** The path of a ticket. */
export class TicketParams {
    /** The id of the ticket, without sign or leading zeros. */
    ticket_id;
    static _OPENAPI_METADATA_FACTORY() {
        return { ticket_id: { required: true, type: () => Number, description: "The id of the ticket, without sign or leading zeros." } };
    }
}
__decorate([
    IdParameter({ of: 'ticket', example: 7 }),
    __metadata("design:type", Number)
], TicketParams.prototype, "ticket_id", void 0);
/** The path of a tag of a ticket. */
export class TagParams extends TicketParams {
    /** The tag. */
    tag;
    static _OPENAPI_METADATA_FACTORY() {
        return { tag: { required: true, type: () => String, description: "The tag." } };
    }
}
__decorate([
    TextParameter({ max: 50, pattern: tagPattern, example: 'billing' }),
    __metadata("design:type", String)
], TagParams.prototype, "tag", void 0);
//# sourceMappingURL=ticket.dto.js.map