import { Global, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule, ConfigService } from '@nestjs/config';

import { Environment } from './environment.js';
import { readEnvironment } from './read-environment.js';

/** Gives every room the checked `Environment`, read from the process and from a file .env in its folder. */
@Global()
@Module({
  imports: [NestConfigModule.forRoot()],
  providers: [
    // ConfigService is asked for only so that .env has been read before.
    { provide: Environment, inject: [ConfigService], useFactory: () => readEnvironment(process.env) },
  ],
  exports: [Environment],
})
export class ConfigModule {}
