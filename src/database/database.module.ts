import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

import { Environment } from '../config/environment.js';
import { serviceOptions } from './data-source-options.js';
import { Database } from './database.js';
import { migrate } from './migrate.js';
import { findPostgres, type PostgresServer } from './postgres-server.js';
import { Replicas } from './replicas.js';
import { waitForPostgres } from './wait-for-postgres.js';

const POSTGRES = Symbol('PostgresServer');

@Module({
  providers: [{ provide: POSTGRES, inject: [Environment], useFactory: findPostgres }],
  exports: [POSTGRES],
})
class PostgresModule {}

/** PostgreSQL for every room: found or started, migrated, and ready before the service listens. */
@Global()
@Module({
  imports: [
    PostgresModule,
    TypeOrmModule.forRootAsync({
      imports: [PostgresModule],
      inject: [POSTGRES],
      useFactory: async (server: PostgresServer) => {
        await waitForPostgres(server);
        await migrate(server);
        // It was there a moment ago: who cannot be connected to within the second that a call has may be busy.
        return { ...serviceOptions(server), autoLoadEntities: true, retryAttempts: 3, retryDelay: 500 };
      },
    }),
  ],
  providers: [Database, Replicas],
  exports: [Database, Replicas],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    private readonly source: DataSource,
    @Inject(POSTGRES) private readonly server: PostgresServer,
  ) {}

  /** Ends the pool before the embedded server, so that no connection is cut. */
  async onApplicationShutdown(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
    await this.server.stop();
  }
}
