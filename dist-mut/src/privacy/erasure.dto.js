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
import { ReadDto, WriteDto } from '../api/dto.js';
import { IdParameter } from '../api/parameters.js';
import { Erasure } from './erasure.entity.js';
/** The request to erase an address. */
export class CreateErasureDto extends WriteDto(Erasure, { required: ['email', 'mode'] }) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** An erasure that was accepted. */
export class AcceptedErasureDto extends ReadDto(Erasure, ['id', 'state']) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** An erasure, without the address. */
export class ErasureDto extends ReadDto(Erasure, [
    ...['id', 'mode', 'state', 'tickets', 'comments', 'created_at', 'finished_at'],
]) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
}
/** The path of an erasure. */
export class ErasureParams {
    /** The id of the erasure, without sign or leading zeros. */
    erasure_id;
    static _OPENAPI_METADATA_FACTORY() {
        return { erasure_id: { required: true, type: () => Number, description: "The id of the erasure, without sign or leading zeros." } };
    }
}
__decorate([
    IdParameter({ of: 'erasure', example: 5 }),
    __metadata("design:type", Number)
], ErasureParams.prototype, "erasure_id", void 0);
//# sourceMappingURL=erasure.dto.js.map