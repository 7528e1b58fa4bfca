import { Module } from '@nestjs/common';

import { AuthModule } from './auth/auth.module.js';
import { CacheModule } from './cache/cache.module.js';
import { CommentsModule } from './comments/comments.module.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { EventsModule } from './events/events.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { HttpModule } from './api/api.module.js';
import { TicketsModule } from './tickets/tickets.module.js';

/** What the service is made of: what it stands on, then what it does. */
@Module({
  imports: [
    ConfigModule,
    DatabaseModule,
    JobsModule,
    CacheModule,
    AuthModule,
    HttpModule,
    TicketsModule,
    CommentsModule,
    EventsModule,
    ObservabilityModule,
  ],
})
export class AppModule {}
