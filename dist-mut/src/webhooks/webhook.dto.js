var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi_import_1 from "../events/event.dto.js";
import * as openapi from "@nestjs/swagger";
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsObject } from 'class-validator';
import { ReadDto, WriteDto } from '../api/dto.js';
import { Optional } from '../api/field-rules.js';
import { enumSchema, timeSchema } from '../api/fields.js';
import { PageDto, PageQuery } from '../api/pagination.js';
import { Choice, IdParameter } from '../api/parameters.js';
import { cloudEventSchema } from '../events/event.dto.js';
import { cursorPattern, parseCursor } from '../events/feed-cursor.js';
import { deliveryStates, Webhook } from './webhook.entity.js';
/** A new endpoint. */
export class CreateWebhookDto extends WriteDto(Webhook, {
    required: ['url'],
    optional: ['types', 'description'],
}) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** A change of an endpoint. */
export class UpdateWebhookDto extends WriteDto(Webhook, {
    required: [],
    optional: ['url', 'types', 'enabled', 'description'],
}) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** An endpoint that receives events. */
export class WebhookDto extends ReadDto(Webhook, [
    ...['id', 'url', 'types', 'description', 'enabled', 'disabled_reason'],
    ...['failing_since', 'last_success_at', 'created_at'],
]) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** An endpoint with its secret, which no other response shows. */
export class WebhookWithSecretDto extends WebhookDto {
    /** The secret that verifies signatures. Store it: it is not shown again. */
    secret;
    static _OPENAPI_METADATA_FACTORY() {
        return { secret: { required: true, type: () => String, description: "The secret that verifies signatures. Store it: it is not shown again." } };
    }
}
__decorate([
    ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }),
    __metadata("design:type", String)
], WebhookWithSecretDto.prototype, "secret", void 0);
/** A page of endpoints. */
export class WebhookPageDto extends PageDto(WebhookDto) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** The path of an endpoint. */
export class WebhookParams {
    /** The id of the endpoint, without sign or leading zeros. */
    webhook_id;
    static _OPENAPI_METADATA_FACTORY() {
        return { webhook_id: { required: true, type: () => Number, description: "The id of the endpoint, without sign or leading zeros." } };
    }
}
__decorate([
    IdParameter({ of: 'webhook', example: 3 }),
    __metadata("design:type", Number)
], WebhookParams.prototype, "webhook_id", void 0);
/** A request to the endpoint, and its result. */
export class WebhookAttemptDto {
    /** The time of the request. */
    at;
    /** The status of the answer; null without an answer. */
    status;
    /** The milliseconds until the answer, or until the request failed. */
    duration_ms;
    /** The first 1 KiB of the answer; null without an answer. */
    answer;
    /** Why there is no answer, or why it is no success; null otherwise. */
    error;
    static _OPENAPI_METADATA_FACTORY() {
        return { at: { required: true, type: () => String, description: "The time of the request." }, status: { required: true, type: () => Number, nullable: true, description: "The status of the answer; null without an answer." }, duration_ms: { required: true, type: () => Number, description: "The milliseconds until the answer, or until the request failed." }, answer: { required: true, type: () => String, nullable: true, description: "The first 1 KiB of the answer; null without an answer." }, error: { required: true, type: () => String, nullable: true, description: "Why there is no answer, or why it is no success; null otherwise." } };
    }
}
__decorate([
    ApiProperty(timeSchema),
    __metadata("design:type", String)
], WebhookAttemptDto.prototype, "at", void 0);
__decorate([
    ApiProperty({ type: 'integer', nullable: true, example: 204 }),
    __metadata("design:type", Object)
], WebhookAttemptDto.prototype, "status", void 0);
__decorate([
    ApiProperty({ type: 'integer', minimum: 0, example: 38 }),
    __metadata("design:type", Number)
], WebhookAttemptDto.prototype, "duration_ms", void 0);
__decorate([
    ApiProperty({ type: String, nullable: true, example: '' }),
    __metadata("design:type", Object)
], WebhookAttemptDto.prototype, "answer", void 0);
__decorate([
    ApiProperty({ type: String, nullable: true, example: null }),
    __metadata("design:type", Object)
], WebhookAttemptDto.prototype, "error", void 0);
/** An event on its way to an endpoint. */
export class WebhookDeliveryDto {
    /** The event as the endpoint receives it. */
    event;
    /** `pending` until the endpoint has accepted the event; `failed` after the last attempt. */
    state;
    /** The time of the next attempt; null if there is none, or while an earlier event of the ticket is pending. */
    next_attempt_at;
    /** The attempts, oldest first; the last ten at most. */
    attempts;
    static _OPENAPI_METADATA_FACTORY() {
        return { event: { required: true, type: () => openapi_import_1.CloudEventDto, description: "The event as the endpoint receives it." }, state: { required: true, description: "`pending` until the endpoint has accepted the event; `failed` after the last attempt.", enum: ["pending", "failed", "delivered"] }, next_attempt_at: { required: true, type: () => String, nullable: true, description: "The time of the next attempt; null if there is none, or while an earlier event of the ticket is pending." }, attempts: { required: true, type: () => [WebhookAttemptDto], description: "The attempts, oldest first; the last ten at most." } };
    }
}
__decorate([
    ApiProperty(cloudEventSchema),
    __metadata("design:type", Function)
], WebhookDeliveryDto.prototype, "event", void 0);
__decorate([
    ApiProperty({ ...enumSchema(deliveryStates), example: 'delivered' }),
    __metadata("design:type", Object)
], WebhookDeliveryDto.prototype, "state", void 0);
__decorate([
    ApiProperty({ ...timeSchema, nullable: true, example: null }),
    __metadata("design:type", Object)
], WebhookDeliveryDto.prototype, "next_attempt_at", void 0);
__decorate([
    ApiProperty({ type: [WebhookAttemptDto] }),
    __metadata("design:type", Array)
], WebhookDeliveryDto.prototype, "attempts", void 0);
/** A page of deliveries. */
export class WebhookDeliveryPageDto extends PageDto(WebhookDeliveryDto) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** The filter of the deliveries. */
export class ListDeliveriesQuery extends PageQuery {
    /** Only deliveries in this state. */
    state;
    static _OPENAPI_METADATA_FACTORY() {
        return { state: { required: false, description: "Only deliveries in this state.", enum: ["pending", "failed", "delivered"] } };
    }
}
__decorate([
    Choice(deliveryStates, {}),
    Optional(),
    ApiPropertyOptional(),
    __metadata("design:type", Object)
], ListDeliveriesQuery.prototype, "state", void 0);
/** The events to send again. */
export class ReplayWebhookDto {
    /** The id of the event before the first one that is sent again, or a cursor of the feed. */
    after;
    /** The id of the last event that is sent again. Without it, all events up to now. */
    until;
    static _OPENAPI_METADATA_FACTORY() {
        return { after: { required: true, type: () => Object, description: "The id of the event before the first one that is sent again, or a cursor of the feed." }, until: { required: false, type: () => Object, description: "The id of the last event that is sent again. Without it, all events up to now." } };
    }
}
__decorate([
    CursorField(),
    __metadata("design:type", Object)
], ReplayWebhookDto.prototype, "after", void 0);
__decorate([
    Optional(),
    CursorField({ required: false }),
    __metadata("design:type", Object)
], ReplayWebhookDto.prototype, "until", void 0);
function CursorField({ required = true } = {}) {
    return (target, key) => {
        ApiProperty({ type: String, pattern: cursorPattern.source, example: '42-9f86d081', required })(target, key);
        Transform(({ value }) => typeof value === 'string' ? (parseCursor(value) ?? value) : String(value))(target, key);
        IsObject({ message: 'must be the id of an event, or a cursor of the feed' })(target, key);
    };
}
//# sourceMappingURL=webhook.dto.js.map