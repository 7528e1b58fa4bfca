import 'reflect-metadata';

import { CacheModule } from '@nestjs/cache-manager';
import { Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KeyvAdapter } from 'cache-manager';
import { redisStore } from 'cache-manager-redis-yet';
import { Keyv } from 'keyv';

import { announce, postgres } from '../stores.js';
import { Comment, Event, Ticket } from './entities.js';
import { TicketsController } from './tickets.controller.js';

/** Baseline: NestJS as its documentation shows it, and nothing else. */
@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      host: postgres.host ?? '',
      port: Number(postgres.port),
      username: postgres.user ?? '',
      password: postgres.password as string,
      database: postgres.database ?? '',
      entities: [Ticket, Comment, Event],
      parseInt8: true,
      poolSize: 10,
      installExtensions: false,
    }),
    CacheModule.registerAsync({
      useFactory: async () => ({
        ttl: 300_000,
        stores: [
          new Keyv({ store: new KeyvAdapter(await redisStore({ url: process.env['REDIS_URL'] ?? '' })) }),
        ],
      }),
    }),
  ],
  controllers: [TicketsController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error'] });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
await app.listen(0);
announce(Number(new URL(await app.getUrl()).port));
