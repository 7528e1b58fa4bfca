import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

import { Environment } from '../config/environment.js';
import { serviceOptions } from './data-source-options.js';
import { Database } from './database.js';
import { migrate } from './migrate.js';
import { findPostgres, waitForPostgres, type PostgresServer } from './postgres-server.js';
import { Replicas } from './replicas.js';

const POSTGRES = Symbol('PostgresServer');

@Module({
  providers: [{ provide: POSTGRES, inject: [Environment], useFactory: findPostgres }],
  exports: [POSTGRES],
})
class PostgresModule {}

/** Provides PostgreSQL: found or started, and migrated before the service listens. */
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
        // Retried, because a server that responded a moment ago may be too busy to connect within a second.
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
    private readonly database: Database,
    @Inject(POSTGRES) private readonly server: PostgresServer,
  ) {}

  /** Closes the pools before it stops the embedded server, so that no connection is cut. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.closePools();
    if (this.source.isInitialized) await this.source.destroy();
    await this.server.stop();
  }
}
