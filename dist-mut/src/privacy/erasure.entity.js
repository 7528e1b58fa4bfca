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
import { Check, Column, Entity } from 'typeorm';
import { choiceError, emailError, maxEmailLength } from '../api/field-rules.js';
import { CountField, declareField, enumSchema, IdField, namedValues, ServiceField, TimeField, } from '../api/fields.js';
/** The modes of an erasure. */
const erasureModes = namedValues('ErasureMode', ['redact', 'delete']);
/** The states of an erasure. */
const erasureStates = namedValues('ErasureState', ['pending', 'running', 'done', 'failed']);
/** The request to erase the data of an address. */
let Erasure = class Erasure {
    /** The id of the erasure. */
    id;
    /** The email address, in any case. The service forgets it when the erasure is done. */
    email;
    /** What becomes of the tickets of the address: `redact` replaces their texts, `delete` removes them. */
    mode;
    /** The state: `failed` if the last attempt failed. The service tries again every minute, until it is `done`. */
    state;
    /** The subject of the token that asked for it. */
    actor;
    /** The tickets that were redacted or deleted so far. */
    tickets;
    /** The comments on tickets of others that were redacted so far. */
    comments;
    /** The time of the request. */
    created_at;
    /** The time at which it was done; null before that. */
    finished_at;
    /** The time of the last batch that found something to erase. */
    worked_at;
    /** The time of the last attempt. The one that was tried longest ago is next. */
    tried_at;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => Number, description: "The id of the erasure." }, email: { required: true, type: () => String, description: "The email address, in any case. The service forgets it when the erasure is done." }, mode: { required: true, description: "What becomes of the tickets of the address: `redact` replaces their texts, `delete` removes them.", enum: ["delete", "redact"] }, state: { required: true, description: "The state: `failed` if the last attempt failed. The service tries again every minute, until it is `done`.", enum: ["done", "pending", "running", "failed"] }, actor: { required: true, type: () => String, nullable: true, description: "The subject of the token that asked for it." }, tickets: { required: true, type: () => Number, description: "The tickets that were redacted or deleted so far." }, comments: { required: true, type: () => Number, description: "The comments on tickets of others that were redacted so far." }, created_at: { required: true, type: () => String, description: "The time of the request." }, finished_at: { required: true, type: () => String, nullable: true, description: "The time at which it was done; null before that." }, worked_at: { required: true, type: () => Date, description: "The time of the last batch that found something to erase." }, tried_at: { required: true, type: () => Date, description: "The time of the last attempt. The one that was tried longest ago is next." } };
    }
};
__decorate([
    IdField({ primary: true, generated: true, example: 5 }),
    __metadata("design:type", Number)
], Erasure.prototype, "id", void 0);
__decorate([
    declareField({
        column: Column('text', { nullable: true }),
        rule: emailError,
        schema: { type: String, format: 'email', maxLength: maxEmailLength, example: 'ada@example.com' },
    }),
    __metadata("design:type", String)
], Erasure.prototype, "email", void 0);
__decorate([
    declareField({
        column: Column('text'),
        rule: (value) => choiceError(value, erasureModes),
        schema: { ...enumSchema(erasureModes), example: 'redact' },
    }),
    __metadata("design:type", Object)
], Erasure.prototype, "mode", void 0);
__decorate([
    ServiceField({ type: 'text', default: 'pending' }, { ...enumSchema(erasureStates), example: 'running' }),
    __metadata("design:type", Object)
], Erasure.prototype, "state", void 0);
__decorate([
    Column('text', { nullable: true }),
    __metadata("design:type", Object)
], Erasure.prototype, "actor", void 0);
__decorate([
    CountField({ default: 0, example: 2 }),
    __metadata("design:type", Number)
], Erasure.prototype, "tickets", void 0);
__decorate([
    CountField({ default: 0, example: 1 }),
    __metadata("design:type", Number)
], Erasure.prototype, "comments", void 0);
__decorate([
    TimeField({ default: 'now()' }),
    __metadata("design:type", String)
], Erasure.prototype, "created_at", void 0);
__decorate([
    TimeField({ nullable: true }),
    __metadata("design:type", Object)
], Erasure.prototype, "finished_at", void 0);
__decorate([
    Column({ type: 'timestamptz', default: () => 'now()' }),
    __metadata("design:type", Date)
], Erasure.prototype, "worked_at", void 0);
__decorate([
    Column({ type: 'timestamptz', default: () => 'now()' }),
    __metadata("design:type", Date)
], Erasure.prototype, "tried_at", void 0);
Erasure = __decorate([
    Entity(),
    Check('erasure_keeps_no_address', `(state = 'done') = (email IS NULL)`)
], Erasure);
export { Erasure };
//# sourceMappingURL=erasure.entity.js.map