var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdempotencyKeyRow } from './idempotency-key.entity.js';
import { IdempotencyRepository } from './idempotency.repository.js';
import { IdempotencyService } from './idempotency.service.js';
/** Requests that are safe to repeat. */
let IdempotencyModule = class IdempotencyModule {
};
IdempotencyModule = __decorate([
    Module({
        imports: [TypeOrmModule.forFeature([IdempotencyKeyRow])],
        providers: [IdempotencyService, IdempotencyRepository],
        exports: [IdempotencyService],
    })
], IdempotencyModule);
export { IdempotencyModule };
//# sourceMappingURL=idempotency.module.js.map