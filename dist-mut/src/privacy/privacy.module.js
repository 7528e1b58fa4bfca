var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventsModule } from '../events/events.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { TicketsModule } from '../tickets/tickets.module.js';
import { Erasure } from './erasure.entity.js';
import { ErasuresController } from './erasures.controller.js';
import { ErasuresRepository } from './erasures.repository.js';
import { ErasuresService } from './erasures.service.js';
import { RedactionsController } from './redactions.controller.js';
import { RedactionsRepository } from './redactions.repository.js';
import { RedactionsService } from './redactions.service.js';
/** The end of data: erasure, redaction and retention. docs/data.md says what is kept where, and for how long. */
let PrivacyModule = class PrivacyModule {
};
PrivacyModule = __decorate([
    Module({
        imports: [TypeOrmModule.forFeature([Erasure]), TicketsModule, EventsModule, IdempotencyModule],
        controllers: [ErasuresController, RedactionsController],
        providers: [ErasuresService, ErasuresRepository, RedactionsService, RedactionsRepository],
    })
], PrivacyModule);
export { PrivacyModule };
//# sourceMappingURL=privacy.module.js.map