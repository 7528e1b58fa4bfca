var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthorizationService } from './authorization.service.js';
import { ScopeGuard } from './scope.guard.js';
import { TokenService } from './token.service.js';
/** Verification of tokens, and authorization by their scopes. */
let AuthModule = class AuthModule {
};
AuthModule = __decorate([
    Global(),
    Module({
        providers: [TokenService, AuthorizationService, { provide: APP_GUARD, useClass: ScopeGuard }],
        exports: [TokenService, AuthorizationService],
    })
], AuthModule);
export { AuthModule };
//# sourceMappingURL=auth.module.js.map