var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable } from '@nestjs/common';
import { Problem } from '../api/problem.js';
import { Environment } from '../config/environment.js';
import { AddressRequired, Forbidden, Unauthenticated } from './auth.errors.js';
/** Scopes of which any is sufficient. tickets:write includes reading, because a write returns what it wrote. */
const sufficient = {
    'tickets:read': ['tickets:read', 'tickets:write'],
    'tickets:write': ['tickets:write'],
    'tickets:erase': ['tickets:erase'],
    'tickets:own': ['tickets:own'],
    'webhooks:manage': ['webhooks:manage'],
    'tickets:import': ['tickets:import'],
    'metrics:read': ['metrics:read'],
};
/** Decides whether a caller may call an endpoint. */
let AuthorizationService = class AuthorizationService {
    environment;
    constructor(environment) {
        this.environment = environment;
    }
    /**
     * Throws Unauthenticated or Forbidden if authentication is on and the caller's token does not grant a scope.
     * @param isForRequesters whether the endpoint takes tickets:own too, from a token that is not the team's
     */
    authorize(scope, isForRequesters, response) {
        const { AUTH_REQUIRED, METRICS_AUTH_REQUIRED } = this.environment;
        if (!(scope === 'metrics:read' ? METRICS_AUTH_REQUIRED : AUTH_REQUIRED))
            return;
        const { scopes, isTeam, email } = requirePrincipal(response);
        if (isForRequesters && !isTeam && scopes.has('tickets:own')) {
            if (email === undefined)
                throw new AddressRequired();
            return;
        }
        if (!sufficient[scope].some((name) => scopes.has(name)))
            throw new Forbidden(scope);
    }
    /** Checks whether the caller may do what a scope allows, for what depends on more than the endpoint. */
    allows(scope, response) {
        return !this.environment.AUTH_REQUIRED || requirePrincipal(response).scopes.has(scope);
    }
};
AuthorizationService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Environment])
], AuthorizationService);
export { AuthorizationService };
/** Returns the caller of a request, or throws Unauthenticated, or a 503 if its token cannot be verified now. */
export function requirePrincipal({ locals }) {
    const { principal } = locals;
    if (principal?.subject !== undefined)
        return principal;
    if (principal?.isUnverified)
        throw new Problem('unavailable', 'The issuer of the token does not respond');
    throw new Unauthenticated(principal?.reason);
}
//# sourceMappingURL=authorization.service.js.map