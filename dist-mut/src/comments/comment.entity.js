var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi_import_1 from "../tickets/ticket.entity.js";
import * as openapi from "@nestjs/swagger";
import { Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { authors, visibilities } from '../api/audience.js';
import { ChoiceField, CountField, EmailField, IdField, ServiceField } from '../api/fields.js';
import { enumSchema, TextField, TimeField } from '../api/fields.js';
import { Ticket } from '../tickets/ticket.entity.js';
/** A comment on a ticket. Its properties, its columns and its fields on the wire share their names. */
let Comment = class Comment {
    /** The ticket that the comment belongs to. */
    ticket_id;
    /** The id of the comment. Of two comments on a ticket, the later one has the higher id. */
    id;
    /** The ticket, for the foreign key. */
    ticket;
    /** The comment itself, 1 to 10,000 characters, not blank. */
    text;
    /** The email address of the author, at most 254 characters. */
    email;
    /** The author: `requester` if the address was that of the ticket when the comment was added, compared without case, else `team`. */
    author;
    /** The visibility: `public` (the default) for all who may see the ticket, `internal` for the team only. */
    visibility;
    /** The time at which the text was removed; null if it was not. */
    redacted_at;
    /** The time of the comment: RFC 3339, UTC, milliseconds. It is taken under the ticket's lock, so later comments have later times. */
    created_at;
    /** The version that the comment gave the ticket; 1 for a comment that has no event. */
    ticket_version;
    static _OPENAPI_METADATA_FACTORY() {
        return { ticket_id: { required: true, type: () => Number, description: "The ticket that the comment belongs to." }, id: { required: true, type: () => Number, description: "The id of the comment. Of two comments on a ticket, the later one has the higher id." }, ticket: { required: false, type: () => openapi_import_1.Ticket, description: "The ticket, for the foreign key." }, text: { required: true, type: () => String, description: "The comment itself, 1 to 10,000 characters, not blank." }, email: { required: true, type: () => String, description: "The email address of the author, at most 254 characters." }, author: { required: true, description: "The author: `requester` if the address was that of the ticket when the comment was added, compared without case, else `team`.", enum: ["requester", "team"] }, visibility: { required: true, description: "The visibility: `public` (the default) for all who may see the ticket, `internal` for the team only.", enum: ["public", "internal"] }, redacted_at: { required: true, type: () => String, nullable: true, description: "The time at which the text was removed; null if it was not." }, created_at: { required: true, type: () => String, description: "The time of the comment: RFC 3339, UTC, milliseconds. It is taken under the ticket's lock, so later comments have later times." }, ticket_version: { required: true, type: () => Number, description: "The version that the comment gave the ticket; 1 for a comment that has no event." } };
    }
};
__decorate([
    IdField({ primary: true, constraint: 'comment_of_ticket', example: 7 }),
    __metadata("design:type", Number)
], Comment.prototype, "ticket_id", void 0);
__decorate([
    IdField({ primary: true, generated: true, constraint: 'comment_of_ticket', example: 12 }),
    __metadata("design:type", Number)
], Comment.prototype, "id", void 0);
__decorate([
    ManyToOne(() => Ticket),
    JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'comment_ticket' }),
    __metadata("design:type", Ticket)
], Comment.prototype, "ticket", void 0);
__decorate([
    TextField({ max: 10_000, example: 'Which item do you mean?' }),
    __metadata("design:type", String)
], Comment.prototype, "text", void 0);
__decorate([
    EmailField({ example: 'support@example.com' }),
    __metadata("design:type", String)
], Comment.prototype, "email", void 0);
__decorate([
    ServiceField({ type: 'enum', enum: authors, enumName: 'comment_author', default: 'team' }, { ...enumSchema(authors), example: 'team' }),
    __metadata("design:type", String)
], Comment.prototype, "author", void 0);
__decorate([
    ChoiceField({ values: visibilities, enumName: 'comment_visibility', default: 'public' }),
    __metadata("design:type", String)
], Comment.prototype, "visibility", void 0);
__decorate([
    TimeField({ nullable: true }),
    __metadata("design:type", Object)
], Comment.prototype, "redacted_at", void 0);
__decorate([
    TimeField({ default: 'clock_timestamp()' }),
    __metadata("design:type", String)
], Comment.prototype, "created_at", void 0);
__decorate([
    CountField({ default: 1, example: 2 }),
    __metadata("design:type", Number)
], Comment.prototype, "ticket_version", void 0);
Comment = __decorate([
    Entity()
    // The migrations declare this index, because it is on an expression.
    ,
    Index('comment_of_email', { synchronize: false })
], Comment);
export { Comment };
//# sourceMappingURL=comment.entity.js.map