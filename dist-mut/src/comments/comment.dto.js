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
import { visibilities } from '../api/audience.js';
import { ReadDto, WriteDto } from '../api/dto.js';
import { PageDto, PageQuery } from '../api/pagination.js';
import { Choice, IdParameter, OptionalChoice } from '../api/parameters.js';
import { Comment } from './comment.entity.js';
/** A comment on a ticket. */
export class CommentDto extends ReadDto(Comment, [
    ...['id', 'ticket_id', 'text', 'email', 'author', 'visibility'],
    ...['redacted_at', 'created_at', 'ticket_version'],
]) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** A new comment. */
export class CreateCommentDto extends WriteDto(Comment, {
    required: ['text', 'email'],
    optional: ['visibility'],
}) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** A page of the comments of a ticket. */
export class CommentPageDto extends PageDto(CommentDto) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** The path of a comment. */
export class CommentParams {
    /** The id of the ticket, without sign or leading zeros. */
    ticket_id;
    /** The id of the comment, without sign or leading zeros. */
    comment_id;
    static _OPENAPI_METADATA_FACTORY() {
        return { ticket_id: { required: true, type: () => Number, description: "The id of the ticket, without sign or leading zeros." }, comment_id: { required: true, type: () => Number, description: "The id of the comment, without sign or leading zeros." } };
    }
}
__decorate([
    IdParameter({ of: 'ticket', example: 7 }),
    __metadata("design:type", Number)
], CommentParams.prototype, "ticket_id", void 0);
__decorate([
    IdParameter({ of: 'comment', example: 12 }),
    __metadata("design:type", Number)
], CommentParams.prototype, "comment_id", void 0);
/** The orders of a list of comments. A leading minus means descending. */
const sorts = ['created_at', '-created_at'];
/** The filter and the order of a list of comments. */
export class ListCommentsQuery extends PageQuery {
    /** Only comments of this visibility. */
    visibility;
    /** The order: oldest first, or with a minus newest first. */
    sort = 'created_at';
    static _OPENAPI_METADATA_FACTORY() {
        return { visibility: { required: false, description: "Only comments of this visibility.", enum: ["public", "internal"] }, sort: { required: true, description: "The order: oldest first, or with a minus newest first.", default: "created_at", enum: ["created_at", "-created_at"] } };
    }
}
__decorate([
    OptionalChoice(visibilities),
    __metadata("design:type", String)
], ListCommentsQuery.prototype, "visibility", void 0);
__decorate([
    Choice(sorts, { default: 'created_at' }),
    __metadata("design:type", Object)
], ListCommentsQuery.prototype, "sort", void 0);
/** Returns the name of a list of a ticket's comments; by default of all, oldest first. A cursor is valid for one list. */
export function commentList(ticketId, { sort, visibility } = {}) {
    const order = sort === '-created_at' ? ' newest first' : '';
    return `comments of ${ticketId}${order}${visibility === undefined ? '' : ` ${visibility}`}`;
}
//# sourceMappingURL=comment.dto.js.map