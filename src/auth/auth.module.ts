import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';

import { Access } from './access.js';
import { ScopeGuard } from './scope.guard.js';
import { Tokens } from './tokens.js';

/** Who calls, and what they may. */
@Global()
@Module({
  providers: [Tokens, Access, { provide: APP_GUARD, useClass: ScopeGuard }],
  exports: [Access],
})
export class AuthModule {}
