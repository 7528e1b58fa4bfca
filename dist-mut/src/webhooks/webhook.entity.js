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
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { choiceError, Satisfies } from '../api/field-rules.js';
import { enumSchema, IdField, namedValues, ServiceField } from '../api/fields.js';
import { TextField, TimeField, timeSchema } from '../api/fields.js';
import { eventTypes } from '../events/event.entity.js';
/** The reasons why an endpoint is disabled. */
export const disabledReasons = namedValues('DisabledReason', ['requested', 'gone', 'failing', 'expired']);
const nullableTime = { ...timeSchema, nullable: true, example: null };
const time = { type: 'timestamptz', precision: 3, nullable: true };
/** An endpoint that receives events, with its place in the feed. */
let Webhook = class Webhook {
    /** The id of the endpoint. */
    id;
    /** The URL that events are sent to. */
    url;
    /** The types of the events that are sent; null for all types. A change applies to events that are not queued yet. */
    types;
    /** A note for people. */
    description;
    /** Whether events are sent. The events that come while it is false are sent when it is true again. */
    enabled;
    /**
     * Why the endpoint is disabled: `requested` by a client, `gone` because it answered 410, `failing` because no delivery succeeded for
     * long, `expired` because events that it had not received were removed from the feed. Null while it is enabled.
     */
    disabled_reason;
    /** The time of the first failure since the last success; null while deliveries succeed. */
    failing_since;
    /** The time of the last success, exact to a second; null before the first one. */
    last_success_at;
    /** The time of the creation. */
    created_at;
    /** The secret that signs, sealed. */
    secret;
    /** The secret before the last rotation, sealed. It signs too until `previous_secret_until`. */
    previous_secret;
    /** The end of the time for which the old secret signs too. */
    previous_secret_until;
    /** The place in the feed: the number of the next event that gets a row. */
    next_number;
    /** The last event of a replay. */
    replay_until;
    /** The place where the endpoint goes on after a replay. */
    resume_number;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => Number, description: "The id of the endpoint." }, url: { required: true, type: () => String, description: "The URL that events are sent to." }, types: { required: true, nullable: true, description: "The types of the events that are sent; null for all types. A change applies to events that are not queued yet.", enum: ["ticket.created", "ticket.updated", "ticket.status_changed", "ticket.imported", "comment.added", "attachment.added", "attachment.removed", "comment.redacted", "ticket.redacted", "ticket.deleted", "requester.erased"], isArray: true }, description: { required: true, type: () => String, nullable: true, description: "A note for people." }, enabled: { required: true, type: () => Boolean, description: "Whether events are sent. The events that come while it is false are sent when it is true again." }, disabled_reason: { required: true, nullable: true, description: "Why the endpoint is disabled: `requested` by a client, `gone` because it answered 410, `failing` because no delivery succeeded for\nlong, `expired` because events that it had not received were removed from the feed. Null while it is enabled.", enum: ["gone", "requested", "failing", "expired"] }, failing_since: { required: true, type: () => String, nullable: true, description: "The time of the first failure since the last success; null while deliveries succeed." }, last_success_at: { required: true, type: () => String, nullable: true, description: "The time of the last success, exact to a second; null before the first one." }, created_at: { required: true, type: () => String, description: "The time of the creation." }, secret: { required: true, type: () => String, description: "The secret that signs, sealed." }, previous_secret: { required: true, type: () => String, nullable: true, description: "The secret before the last rotation, sealed. It signs too until `previous_secret_until`." }, previous_secret_until: { required: true, type: () => String, nullable: true, description: "The end of the time for which the old secret signs too." }, next_number: { required: true, type: () => Number, description: "The place in the feed: the number of the next event that gets a row." }, replay_until: { required: true, type: () => Number, nullable: true, description: "The last event of a replay." }, resume_number: { required: true, type: () => Number, nullable: true, description: "The place where the endpoint goes on after a replay." } };
    }
};
__decorate([
    IdField({ primary: true, generated: true, example: 3 }),
    __metadata("design:type", Number)
], Webhook.prototype, "id", void 0);
__decorate([
    TextField({ max: 2_048, example: 'https://hooks.example.com/tickets' }),
    __metadata("design:type", String)
], Webhook.prototype, "url", void 0);
__decorate([
    ServiceField({ type: 'text', array: true, nullable: true }, {
        ...{ ...enumSchema(eventTypes), isArray: true, minItems: 1, uniqueItems: true },
        ...{ nullable: true, example: ['ticket.created'] },
    }),
    Satisfies(typesError),
    __metadata("design:type", Object)
], Webhook.prototype, "types", void 0);
__decorate([
    TextField({ max: 255, nullable: true, example: 'Search index' }),
    __metadata("design:type", Object)
], Webhook.prototype, "description", void 0);
__decorate([
    ServiceField({ type: 'boolean', default: true }, { type: Boolean, example: true }),
    Satisfies((value) => (typeof value === 'boolean' ? undefined : 'must be true or false')),
    __metadata("design:type", Boolean)
], Webhook.prototype, "enabled", void 0);
__decorate([
    ServiceField({ type: 'text', nullable: true }, { ...enumSchema(disabledReasons), nullable: true, example: null }),
    __metadata("design:type", Object)
], Webhook.prototype, "disabled_reason", void 0);
__decorate([
    ServiceField(time, nullableTime),
    __metadata("design:type", Object)
], Webhook.prototype, "failing_since", void 0);
__decorate([
    ServiceField(time, nullableTime),
    __metadata("design:type", Object)
], Webhook.prototype, "last_success_at", void 0);
__decorate([
    TimeField({ default: 'clock_timestamp()' }),
    __metadata("design:type", String)
], Webhook.prototype, "created_at", void 0);
__decorate([
    Column('text'),
    __metadata("design:type", String)
], Webhook.prototype, "secret", void 0);
__decorate([
    Column('text', { nullable: true }),
    __metadata("design:type", Object)
], Webhook.prototype, "previous_secret", void 0);
__decorate([
    Column(time),
    __metadata("design:type", Object)
], Webhook.prototype, "previous_secret_until", void 0);
__decorate([
    Column('bigint'),
    __metadata("design:type", Number)
], Webhook.prototype, "next_number", void 0);
__decorate([
    Column('bigint', { nullable: true }),
    __metadata("design:type", Object)
], Webhook.prototype, "replay_until", void 0);
__decorate([
    Column('bigint', { nullable: true }),
    __metadata("design:type", Object)
], Webhook.prototype, "resume_number", void 0);
Webhook = __decorate([
    Entity()
], Webhook);
export { Webhook };
/** The states of a delivery. */
export const deliveryStates = namedValues('DeliveryState', ['pending', 'delivered', 'failed']);
/** An event that is on its way to an endpoint, or was sent to it lately. */
let WebhookDelivery = class WebhookDelivery {
    /** The endpoint. */
    webhook_id;
    /** The number of the event. */
    number;
    /** The ticket of the event. */
    ticket_id;
    /** `pending` until the endpoint has accepted the event; `failed` after the last attempt. */
    state;
    /** The failed attempts since the event was queued. */
    tries;
    /** The time of the next attempt, or the end of the lease; null while an earlier event of the ticket is pending. */
    next_at;
    /** The attempt in progress. Its result counts only while the row has this lease. */
    lease;
    /** True if a replay wants the event once more after the attempt in progress. */
    again;
    /** The last attempts. */
    attempts;
    /** The time at which it was delivered or given up. */
    done_at;
    static _OPENAPI_METADATA_FACTORY() {
        return { webhook_id: { required: true, type: () => Number, description: "The endpoint." }, number: { required: true, type: () => Number, description: "The number of the event." }, ticket_id: { required: true, type: () => Number, description: "The ticket of the event." }, state: { required: true, description: "`pending` until the endpoint has accepted the event; `failed` after the last attempt.", enum: ["pending", "failed", "delivered"] }, tries: { required: true, type: () => Number, description: "The failed attempts since the event was queued." }, next_at: { required: true, type: () => String, nullable: true, description: "The time of the next attempt, or the end of the lease; null while an earlier event of the ticket is pending." }, lease: { required: true, type: () => String, nullable: true, description: "The attempt in progress. Its result counts only while the row has this lease." }, again: { required: true, type: () => Boolean, description: "True if a replay wants the event once more after the attempt in progress." }, attempts: { required: true, type: () => [Object], description: "The last attempts." }, done_at: { required: true, type: () => String, nullable: true, description: "The time at which it was delivered or given up." } };
    }
};
__decorate([
    PrimaryColumn('bigint'),
    __metadata("design:type", Number)
], WebhookDelivery.prototype, "webhook_id", void 0);
__decorate([
    PrimaryColumn('bigint'),
    __metadata("design:type", Number)
], WebhookDelivery.prototype, "number", void 0);
__decorate([
    Column('bigint'),
    __metadata("design:type", Number)
], WebhookDelivery.prototype, "ticket_id", void 0);
__decorate([
    Column('text', { default: 'pending' }),
    __metadata("design:type", Object)
], WebhookDelivery.prototype, "state", void 0);
__decorate([
    Column('integer', { default: 0 }),
    __metadata("design:type", Number)
], WebhookDelivery.prototype, "tries", void 0);
__decorate([
    Column('timestamptz', { nullable: true }),
    __metadata("design:type", Object)
], WebhookDelivery.prototype, "next_at", void 0);
__decorate([
    Column('uuid', { nullable: true }),
    __metadata("design:type", Object)
], WebhookDelivery.prototype, "lease", void 0);
__decorate([
    Column('boolean', { default: false }),
    __metadata("design:type", Boolean)
], WebhookDelivery.prototype, "again", void 0);
__decorate([
    Column('json', { default: [] }),
    __metadata("design:type", Array)
], WebhookDelivery.prototype, "attempts", void 0);
__decorate([
    Column('timestamptz', { nullable: true }),
    __metadata("design:type", Object)
], WebhookDelivery.prototype, "done_at", void 0);
WebhookDelivery = __decorate([
    Entity('webhook_delivery'),
    Index('webhook_delivery_due', ['webhook_id', 'next_at'], { where: "state = 'pending'" }),
    Index('webhook_delivery_of_ticket', ['webhook_id', 'ticket_id', 'number'], { where: "state = 'pending'" }),
    Index('webhook_delivery_failed', ['webhook_id', 'number'], { where: "state = 'failed'" }),
    Index('webhook_delivery_by_ticket', ['ticket_id']),
    Index('webhook_delivery_delivered', ['done_at'], { where: "state = 'delivered'" })
], WebhookDelivery);
export { WebhookDelivery };
function typesError(value) {
    if (value === null)
        return undefined;
    if (!Array.isArray(value) || value.length === 0)
        return 'must be null or a list of types';
    if (new Set(value).size < value.length)
        return 'must not contain duplicates';
    return value.map((type) => choiceError(type, eventTypes)).find(Boolean);
}
//# sourceMappingURL=webhook.entity.js.map