import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';

import { AuthorizationService } from './authorization.service.js';
import { ScopeGuard } from './scope.guard.js';
import { TokenService } from './token.service.js';

/** Verification of tokens, and authorization by their scopes. */
@Global()
@Module({
  providers: [TokenService, AuthorizationService, { provide: APP_GUARD, useClass: ScopeGuard }],
  exports: [TokenService, AuthorizationService],
})
export class AuthModule {}
