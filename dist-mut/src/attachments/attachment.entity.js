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
import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { authors, visibilities } from '../api/audience.js';
import { ChoiceField, enumSchema, IdField, namedValues, ServiceField, TimeField } from '../api/fields.js';
import { Ticket } from '../tickets/ticket.entity.js';
import { FileNameField, HashField, MediaTypeField, SizeField } from './attachment.fields.js';
/** The states of an attachment: its bytes are awaited, or they are there and were checked. */
export const attachmentStates = namedValues('AttachmentState', ['pending', 'complete']);
/** A file that is attached to a ticket. Its bytes are in the store of attachments, under random keys. */
let Attachment = class Attachment {
    /** The ticket that the attachment belongs to. */
    ticket_id;
    /** The id of the attachment. */
    id;
    /** The ticket, for the foreign key. */
    ticket;
    /**
     * The name of the file, 1 to 255 bytes of UTF-8 in any script, without slashes, backslashes and control characters. Downloads have
     * the same name.
     */
    name;
    /** The media type, as the client tells it. The service does not look into the bytes, and browsers are told not to. */
    content_type;
    /** The size in bytes; at most ATTACHMENTS_MAX_BYTES. */
    size;
    /** The SHA-256 hash in hexadecimal. If it is given, the bytes are checked against it. */
    sha256;
    /** The visibility: `public` (the default) for all who may see the ticket, `internal` for the team only. */
    visibility;
    /** The id of the comment that the attachment belongs to. Attachments of an internal comment are internal. */
    comment_id;
    /** Who added it: `requester` for a token with the scope tickets:own, else `team`. */
    author;
    /** The state: `pending` until the bytes have been uploaded and checked, then `complete`. */
    state;
    /** The time of creation: RFC 3339, UTC, milliseconds. */
    created_at;
    /** The time at which the attachment became complete; null before. */
    completed_at;
    /** The key in the store that uploads write to. */
    upload_key;
    /** The key of the checked bytes, which no upload can change. */
    stored_key;
    static _OPENAPI_METADATA_FACTORY() {
        return { ticket_id: { required: true, type: () => Number, description: "The ticket that the attachment belongs to." }, id: { required: true, type: () => Number, description: "The id of the attachment." }, ticket: { required: false, type: () => openapi_import_1.Ticket, description: "The ticket, for the foreign key." }, name: { required: true, type: () => String, description: "The name of the file, 1 to 255 bytes of UTF-8 in any script, without slashes, backslashes and control characters. Downloads have\nthe same name." }, content_type: { required: true, type: () => String, description: "The media type, as the client tells it. The service does not look into the bytes, and browsers are told not to." }, size: { required: true, type: () => Number, description: "The size in bytes; at most ATTACHMENTS_MAX_BYTES." }, sha256: { required: true, type: () => String, nullable: true, description: "The SHA-256 hash in hexadecimal. If it is given, the bytes are checked against it." }, visibility: { required: true, description: "The visibility: `public` (the default) for all who may see the ticket, `internal` for the team only.", enum: ["public", "internal"] }, comment_id: { required: true, type: () => Number, nullable: true, description: "The id of the comment that the attachment belongs to. Attachments of an internal comment are internal." }, author: { required: true, description: "Who added it: `requester` for a token with the scope tickets:own, else `team`.", enum: ["requester", "team"] }, state: { required: true, description: "The state: `pending` until the bytes have been uploaded and checked, then `complete`.", enum: ["complete", "pending"] }, created_at: { required: true, type: () => String, description: "The time of creation: RFC 3339, UTC, milliseconds." }, completed_at: { required: true, type: () => String, nullable: true, description: "The time at which the attachment became complete; null before." }, upload_key: { required: true, type: () => String, description: "The key in the store that uploads write to." }, stored_key: { required: true, type: () => String, nullable: true, description: "The key of the checked bytes, which no upload can change." } };
    }
};
__decorate([
    IdField({ primary: true, constraint: 'attachment_of_ticket', example: 7 }),
    __metadata("design:type", Number)
], Attachment.prototype, "ticket_id", void 0);
__decorate([
    IdField({ primary: true, generated: true, constraint: 'attachment_of_ticket', example: 3 }),
    __metadata("design:type", Number)
], Attachment.prototype, "id", void 0);
__decorate([
    ManyToOne(() => Ticket),
    JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'attachment_ticket' }),
    __metadata("design:type", Ticket)
], Attachment.prototype, "ticket", void 0);
__decorate([
    FileNameField(),
    __metadata("design:type", String)
], Attachment.prototype, "name", void 0);
__decorate([
    MediaTypeField(),
    __metadata("design:type", String)
], Attachment.prototype, "content_type", void 0);
__decorate([
    SizeField(),
    __metadata("design:type", Number)
], Attachment.prototype, "size", void 0);
__decorate([
    HashField(),
    __metadata("design:type", Object)
], Attachment.prototype, "sha256", void 0);
__decorate([
    ChoiceField({ values: visibilities, enumName: 'attachment_visibility', default: 'public' }),
    __metadata("design:type", String)
], Attachment.prototype, "visibility", void 0);
__decorate([
    IdField({ nullable: true, example: 12 }),
    __metadata("design:type", Object)
], Attachment.prototype, "comment_id", void 0);
__decorate([
    ServiceField({ type: 'enum', enum: authors, enumName: 'attachment_author', default: 'team' }, { ...enumSchema(authors), example: 'team' }),
    __metadata("design:type", String)
], Attachment.prototype, "author", void 0);
__decorate([
    ChoiceField({ values: attachmentStates, enumName: 'attachment_state', default: 'pending' }),
    __metadata("design:type", String)
], Attachment.prototype, "state", void 0);
__decorate([
    TimeField({ default: 'now()' }),
    __metadata("design:type", String)
], Attachment.prototype, "created_at", void 0);
__decorate([
    TimeField({ nullable: true }),
    __metadata("design:type", Object)
], Attachment.prototype, "completed_at", void 0);
__decorate([
    Column('uuid'),
    __metadata("design:type", String)
], Attachment.prototype, "upload_key", void 0);
__decorate([
    Column('uuid', { nullable: true }),
    __metadata("design:type", Object)
], Attachment.prototype, "stored_key", void 0);
Attachment = __decorate([
    Entity(),
    Index('attachment_pending', ['created_at'], { where: `state = 'pending'` }),
    Check('attachment_is_stored', `(state = 'complete') = (stored_key IS NOT NULL)`)
], Attachment);
export { Attachment };
/** Bytes in the store that no attachment needs. A job deletes them, and tries again while the store does not respond. */
let AttachmentDeletion = class AttachmentDeletion {
    /** The key in the store. */
    key;
    /** The time of the next attempt. */
    due_at;
    /** The time from which a deletion is final, because no upload can write the key again. */
    final_at;
    static _OPENAPI_METADATA_FACTORY() {
        return { key: { required: true, type: () => String, description: "The key in the store." }, due_at: { required: true, type: () => Date, description: "The time of the next attempt." }, final_at: { required: true, type: () => Date, description: "The time from which a deletion is final, because no upload can write the key again." } };
    }
};
__decorate([
    PrimaryColumn('uuid'),
    __metadata("design:type", String)
], AttachmentDeletion.prototype, "key", void 0);
__decorate([
    Index('attachment_deletion_due'),
    Column('timestamptz', { default: () => 'now()' }),
    __metadata("design:type", Date)
], AttachmentDeletion.prototype, "due_at", void 0);
__decorate([
    Column('timestamptz', { default: () => 'now()' }),
    __metadata("design:type", Date)
], AttachmentDeletion.prototype, "final_at", void 0);
AttachmentDeletion = __decorate([
    Entity('attachment_deletion')
], AttachmentDeletion);
export { AttachmentDeletion };
//# sourceMappingURL=attachment.entity.js.map