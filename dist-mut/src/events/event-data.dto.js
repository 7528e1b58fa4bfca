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
import { ApiProperty, ApiPropertyOptional, ApiSchema, getSchemaPath, IntersectionType, OmitType, } from '@nestjs/swagger';
import { visibilities } from '../api/audience.js';
import { enumSchema } from '../api/fields.js';
import { eventTypes } from './event.entity.js';
/** A ticket was created. */
let TicketCreatedData = class TicketCreatedData {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
};
TicketCreatedData = __decorate([
    ApiSchema({ description: 'No further data: the ticket itself has its fields.' })
], TicketCreatedData);
/** Fields of a ticket were changed. */
class TicketUpdatedData {
    /** The names of the fields that changed. Events of version 0.1.0 lack it. */
    changed;
    /** The new assignee, if it changed. */
    assignee;
    /** The new priority, if it changed. */
    priority;
    /** The new tags, if they changed. */
    tags;
    static _OPENAPI_METADATA_FACTORY() {
        return { changed: { required: false, type: () => [String], description: "The names of the fields that changed. Events of version 0.1.0 lack it." }, assignee: { required: false, type: () => String, nullable: true, description: "The new assignee, if it changed." }, priority: { required: false, type: () => String, description: "The new priority, if it changed." }, tags: { required: false, type: () => [String], description: "The new tags, if they changed." } };
    }
}
__decorate([
    ApiPropertyOptional({ type: [String], example: ['assignee', 'tags'] }),
    __metadata("design:type", Array)
], TicketUpdatedData.prototype, "changed", void 0);
__decorate([
    ApiPropertyOptional({ type: String, nullable: true, example: 'ada' }),
    __metadata("design:type", Object)
], TicketUpdatedData.prototype, "assignee", void 0);
__decorate([
    ApiPropertyOptional({ example: 'high' }),
    __metadata("design:type", String)
], TicketUpdatedData.prototype, "priority", void 0);
__decorate([
    ApiPropertyOptional({ type: [String], example: ['billing', 'vip'] }),
    __metadata("design:type", Array)
], TicketUpdatedData.prototype, "tags", void 0);
/** The status of a ticket was changed, and perhaps other fields too. */
class TicketStatusChangedData extends TicketUpdatedData {
    /** The status before. */
    from;
    /** The status after. */
    to;
    static _OPENAPI_METADATA_FACTORY() {
        return { from: { required: true, type: () => String, description: "The status before." }, to: { required: true, type: () => String, description: "The status after." } };
    }
}
__decorate([
    ApiProperty({ example: 'opened' }),
    __metadata("design:type", String)
], TicketStatusChangedData.prototype, "from", void 0);
__decorate([
    ApiProperty({ example: 'answered' }),
    __metadata("design:type", String)
], TicketStatusChangedData.prototype, "to", void 0);
/** A comment was added to a ticket. */
class CommentAddedData {
    /** The id of the comment. */
    comment_id;
    /** The visibility of the comment. */
    visibility;
    /** The author of the comment: requester or team. */
    author;
    static _OPENAPI_METADATA_FACTORY() {
        return { comment_id: { required: true, type: () => Number, description: "The id of the comment." }, visibility: { required: true, description: "The visibility of the comment.", enum: ["public", "internal"] }, author: { required: true, type: () => String, description: "The author of the comment: requester or team." } };
    }
}
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', example: 12 }),
    __metadata("design:type", Number)
], CommentAddedData.prototype, "comment_id", void 0);
__decorate([
    ApiProperty({ ...enumSchema(visibilities), example: 'public' }),
    __metadata("design:type", String)
], CommentAddedData.prototype, "visibility", void 0);
__decorate([
    ApiProperty({ example: 'team' }),
    __metadata("design:type", String)
], CommentAddedData.prototype, "author", void 0);
/** An attachment was added to a ticket, or removed from it. */
class AttachmentData {
    /** The id of the attachment. */
    attachment_id;
    /** The visibility of the attachment. */
    visibility;
    static _OPENAPI_METADATA_FACTORY() {
        return { attachment_id: { required: true, type: () => Number, description: "The id of the attachment." }, visibility: { required: true, description: "The visibility of the attachment.", enum: ["public", "internal"] } };
    }
}
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', example: 4 }),
    __metadata("design:type", Number)
], AttachmentData.prototype, "attachment_id", void 0);
__decorate([
    ApiProperty({ enum: visibilities, enumName: 'CommentVisibility', example: 'public' }),
    __metadata("design:type", String)
], AttachmentData.prototype, "visibility", void 0);
/** A ticket was imported, with its comments. */
class TicketImportedData {
    /** The status of the ticket. */
    status;
    static _OPENAPI_METADATA_FACTORY() {
        return { status: { required: true, type: () => String, description: "The status of the ticket." } };
    }
}
__decorate([
    ApiProperty({ example: 'closed' }),
    __metadata("design:type", String)
], TicketImportedData.prototype, "status", void 0);
/** Comments on a ticket were redacted. */
class CommentRedactedData {
    /** The ids of the comments. All of them have one visibility. */
    comment_ids;
    /** The visibility of the comments. */
    visibility;
    static _OPENAPI_METADATA_FACTORY() {
        return { comment_ids: { required: true, type: () => [Number], description: "The ids of the comments. All of them have one visibility." }, visibility: { required: true, description: "The visibility of the comments.", enum: ["public", "internal"] } };
    }
}
__decorate([
    ApiProperty({ type: 'array', items: { type: 'integer', format: 'int64' }, example: [12] }),
    __metadata("design:type", Array)
], CommentRedactedData.prototype, "comment_ids", void 0);
__decorate([
    ApiProperty({ enum: visibilities, enumName: 'CommentVisibility', example: 'public' }),
    __metadata("design:type", String)
], CommentRedactedData.prototype, "visibility", void 0);
/** The theme and the text of a ticket were redacted; by an erasure its comments, its external id and its metadata too. */
class TicketRedactedData {
    /** Why: somebody asked for the redaction of the ticket, or for the erasure of its requester. */
    reason;
    static _OPENAPI_METADATA_FACTORY() {
        return { reason: { required: true, type: () => String, description: "Why: somebody asked for the redaction of the ticket, or for the erasure of its requester." } };
    }
}
__decorate([
    ApiProperty({ enum: ['redacted', 'erased'], enumName: 'RedactionReason', example: 'erased' }),
    __metadata("design:type", String)
], TicketRedactedData.prototype, "reason", void 0);
/** A ticket was deleted. No later event has its id. */
class TicketDeletedData {
    /** Why: its requester was erased, or it was closed longer ago than TICKETS_RETENTION_DAYS. */
    reason;
    static _OPENAPI_METADATA_FACTORY() {
        return { reason: { required: true, type: () => String, description: "Why: its requester was erased, or it was closed longer ago than TICKETS_RETENTION_DAYS." } };
    }
}
__decorate([
    ApiProperty({ enum: ['erased', 'retention'], enumName: 'DeletionReason', example: 'retention' }),
    __metadata("design:type", String)
], TicketDeletedData.prototype, "reason", void 0);
/** The data of a requester were erased. The event does not have the address. */
class RequesterErasedData {
    /** The id of the erasure. */
    erasure_id;
    /** What became of the tickets. */
    mode;
    static _OPENAPI_METADATA_FACTORY() {
        return { erasure_id: { required: true, type: () => Number, description: "The id of the erasure." }, mode: { required: true, type: () => String, description: "What became of the tickets." } };
    }
}
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', example: 5 }),
    __metadata("design:type", Number)
], RequesterErasedData.prototype, "erasure_id", void 0);
__decorate([
    ApiProperty({ enum: ['redact', 'delete'], enumName: 'ErasureMode', example: 'redact' }),
    __metadata("design:type", String)
], RequesterErasedData.prototype, "mode", void 0);
/** The data of each type of event. It holds no personal text, because events are kept for long and read by many. */
const eventData = {
    'ticket.created': TicketCreatedData,
    'ticket.updated': TicketUpdatedData,
    'ticket.status_changed': TicketStatusChangedData,
    'comment.added': CommentAddedData,
    'attachment.added': AttachmentData,
    'attachment.removed': AttachmentData,
    'ticket.imported': TicketImportedData,
    'comment.redacted': CommentRedactedData,
    'ticket.redacted': TicketRedactedData,
    'ticket.deleted': TicketDeletedData,
    'requester.erased': RequesterErasedData,
};
/**
 * Creates one schema for each type of event, so that a generated client knows the data of each.
 * @param base what all events have
 * @param suffix the end of the names, after the type
 * @param common what the data of all events has
 */
export function eventSchemas(base, suffix, common) {
    const schemas = eventTypes.map((type) => {
        const name = type.replace(/(?:^|[._])(.)/g, (_, letter) => letter.toUpperCase());
        const data = common && type !== 'requester.erased'
            ? named(`${name}${suffix}Data`, IntersectionType(common, eventData[type]))
            : eventData[type];
        // Without the type of the base, whose values are all types.
        class EventOfType extends OmitType(base, ['type']) {
            static _OPENAPI_METADATA_FACTORY() {
                return {};
            }
        }
        ApiProperty({ enum: [type], example: type, description: 'The type of the change.' })(EventOfType.prototype, 'type');
        ApiProperty({ type: data })(EventOfType.prototype, 'data');
        return [type, named(name + suffix, EventOfType)];
    });
    return Object.fromEntries(schemas);
}
/** Returns the schema of an event of any of these types. */
export function oneOf(schemas) {
    const references = Object.entries(schemas).map(([type, schema]) => [type, getSchemaPath(schema)]);
    return {
        oneOf: references.map(([, $ref]) => ({ $ref })),
        discriminator: { propertyName: 'type', mapping: Object.fromEntries(references) },
    };
}
/** Returns the schema of an array of events, each with the schema of its type. */
export function arrayOf(schemas) {
    return { type: 'array', items: oneOf(schemas) };
}
function named(name, schema) {
    Object.defineProperty(schema, 'name', { value: name });
    return schema;
}
//# sourceMappingURL=event-data.dto.js.map