import { Module } from '@nestjs/common';

import { EventsModule } from '../events/events.module.js';
import { ExportRepository } from './export.repository.js';
import { ExportService } from './export.service.js';
import { ImportRepository } from './import.repository.js';
import { ImportService } from './import.service.js';
import { TransferController } from './transfer.controller.js';

/** Import and export of all tickets. */
@Module({
  imports: [EventsModule],
  controllers: [TransferController],
  providers: [ImportService, ImportRepository, ExportService, ExportRepository],
})
export class TransferModule {}
