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
/** An Idempotency-Key, with the response to its request. */
let IdempotencyKeyRow = class IdempotencyKeyRow {
    /** The key of the client and, after a space, the subject of its token. */
    key;
    /** A digest of the request. */
    fingerprint;
    /** The response; null once it was erased, and for other transactions never while the request is in progress. */
    answer;
    /** The time of the first request. */
    created_at;
    static _OPENAPI_METADATA_FACTORY() {
        return { key: { required: true, type: () => String, description: "The key of the client and, after a space, the subject of its token." }, fingerprint: { required: true, description: "A digest of the request." }, answer: { required: true, type: () => Object, nullable: true, description: "The response; null once it was erased, and for other transactions never while the request is in progress." }, created_at: { required: true, type: () => Date, description: "The time of the first request." } };
    }
};
__decorate([
    PrimaryColumn('text'),
    __metadata("design:type", String)
], IdempotencyKeyRow.prototype, "key", void 0);
__decorate([
    Column('bytea'),
    __metadata("design:type", Buffer)
], IdempotencyKeyRow.prototype, "fingerprint", void 0);
__decorate([
    Column('json', { nullable: true }),
    __metadata("design:type", Object)
], IdempotencyKeyRow.prototype, "answer", void 0);
__decorate([
    Index('idempotency_key_by_age'),
    Column({ type: 'timestamptz', precision: 3, default: () => 'now()' }),
    __metadata("design:type", Date)
], IdempotencyKeyRow.prototype, "created_at", void 0);
IdempotencyKeyRow = __decorate([
    Entity('idempotency_key')
    // The migrations declare these indexes, because they are on expressions.
    ,
    Index('idempotency_key_of_ticket', { synchronize: false }),
    Index('idempotency_key_of_email', { synchronize: false })
], IdempotencyKeyRow);
export { IdempotencyKeyRow };
//# sourceMappingURL=idempotency-key.entity.js.map