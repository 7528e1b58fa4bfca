var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Module } from '@nestjs/common';
import { AttachmentsModule } from './attachments/attachments.module.js';
import { AuthModule } from './auth/auth.module.js';
import { CacheModule } from './cache/cache.module.js';
import { CommentsModule } from './comments/comments.module.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { EventsModule } from './events/events.module.js';
import { JobsModule } from './jobs/job-scheduler.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { ApiModule } from './api/api.module.js';
import { PrivacyModule } from './privacy/privacy.module.js';
import { TicketsModule } from './tickets/tickets.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';
import { TransferModule } from './transfer/transfer.module.js';
/** The modules of the service: its foundation, then its features. */
let AppModule = class AppModule {
};
AppModule = __decorate([
    Module({
        imports: [
            ConfigModule,
            DatabaseModule,
            JobsModule,
            CacheModule,
            AuthModule,
            ApiModule,
            TicketsModule,
            CommentsModule,
            AttachmentsModule,
            EventsModule,
            WebhooksModule,
            TransferModule,
            PrivacyModule,
            ObservabilityModule,
        ],
    })
], AppModule);
export { AppModule };
//# sourceMappingURL=app.module.js.map