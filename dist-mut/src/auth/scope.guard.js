var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBearerAuth } from '@nestjs/swagger';
import { ProblemResponse } from '../api/endpoint.decorators.js';
import { AuthorizationService } from './authorization.service.js';
const SCOPE = 'auth:scope';
const FOR_REQUESTERS = 'auth:for-requesters';
const PUBLIC = 'public';
/**
 * Requires a token with this scope if authentication is on.
 * @param also `tickets:own` for an endpoint whose statements show and change only the tickets of the `Reader`
 */
export function RequireScope(scope, also) {
    return applyDecorators(SetMetadata(SCOPE, scope), SetMetadata(FOR_REQUESTERS, also !== undefined), ApiBearerAuth(), ProblemResponse(401, 'Authentication is on, and the request has no valid token.'), ProblemResponse(403, `The token does not have the scope ${scope}${also === undefined ? '' : ` or ${also}`}.`));
}
/** Allows requests without a token. */
export function Public() {
    return SetMetadata(SCOPE, PUBLIC);
}
/** Checks the scope of every endpoint. An endpoint that declares none is a mistake and fails every request. */
let ScopeGuard = class ScopeGuard {
    reflector;
    authorization;
    /** The scopes of handlers that were called. Reading their metadata each time would be slow. */
    scopes = new Map();
    constructor(reflector, authorization) {
        this.reflector = reflector;
        this.authorization = authorization;
    }
    canActivate(context) {
        const handler = context.getHandler();
        let scope = this.scopes.get(handler);
        if (scope === undefined) {
            scope = this.reflector.get(SCOPE, handler);
            if (scope === undefined)
                throw new Error(`${handler.name} needs @RequireScope() or @Public()`);
            this.scopes.set(handler, scope);
        }
        if (scope === PUBLIC)
            return true;
        const isForRequesters = this.reflector.get(FOR_REQUESTERS, handler);
        this.authorization.authorize(scope, isForRequesters, context.switchToHttp().getResponse());
        return true;
    }
};
ScopeGuard = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Reflector,
        AuthorizationService])
], ScopeGuard);
export { ScopeGuard };
//# sourceMappingURL=scope.guard.js.map