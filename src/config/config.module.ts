import { Global, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule, registerAs } from '@nestjs/config';

import { Environment } from './environment.js';
import { readEnvironment } from './read-environment.js';

const environment = registerAs('environment', () => readEnvironment(process.env));

/** Provides the validated `Environment`. The file .env is read earlier, by `loadDotEnv` alone. */
@Global()
@Module({
  imports: [NestConfigModule.forRoot({ ignoreEnvFile: true, load: [environment] })],
  providers: [{ provide: Environment, useExisting: environment.KEY }],
  exports: [Environment],
})
export class ConfigModule {}
