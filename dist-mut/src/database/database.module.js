var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
import { Global, Inject, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Environment } from '../config/environment.js';
import { serviceOptions } from './data-source-options.js';
import { Database } from './database.js';
import { migrate } from './migrate.js';
import { findPostgres, waitForPostgres } from './postgres-server.js';
import { Replicas } from './replicas.js';
const POSTGRES = Symbol('PostgresServer');
let PostgresModule = class PostgresModule {
};
PostgresModule = __decorate([
    Module({
        providers: [{ provide: POSTGRES, inject: [Environment], useFactory: findPostgres }],
        exports: [POSTGRES],
    })
], PostgresModule);
/** Provides PostgreSQL: found or started, and migrated before the service listens. */
let DatabaseModule = class DatabaseModule {
    source;
    server;
    constructor(source, server) {
        this.source = source;
        this.server = server;
    }
    /** Closes the pool before it stops the embedded server, so that no connection is cut. */
    async onApplicationShutdown() {
        if (this.source.isInitialized)
            await this.source.destroy();
        await this.server.stop();
    }
};
DatabaseModule = __decorate([
    Global(),
    Module({
        imports: [
            PostgresModule,
            TypeOrmModule.forRootAsync({
                imports: [PostgresModule],
                inject: [POSTGRES],
                useFactory: async (server) => {
                    await waitForPostgres(server);
                    await migrate(server);
                    // Retried, because a server that responded a moment ago may be too busy to connect within a second.
                    return { ...serviceOptions(server), autoLoadEntities: true, retryAttempts: 3, retryDelay: 500 };
                },
            }),
        ],
        providers: [Database, Replicas],
        exports: [Database, Replicas],
    }),
    __param(1, Inject(POSTGRES)),
    __metadata("design:paramtypes", [DataSource, Object])
], DatabaseModule);
export { DatabaseModule };
//# sourceMappingURL=database.module.js.map