var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { ExportRepository } from './export.repository.js';
import { ExportService } from './export.service.js';
import { ImportRepository } from './import.repository.js';
import { ImportService } from './import.service.js';
import { TransferController } from './transfer.controller.js';
/** Import and export of all tickets. */
let TransferModule = class TransferModule {
};
TransferModule = __decorate([
    Module({
        imports: [EventsModule],
        controllers: [TransferController],
        providers: [ImportService, ImportRepository, ExportService, ExportRepository],
    })
], TransferModule);
export { TransferModule };
//# sourceMappingURL=transfer.module.js.map