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
import { Reflector } from '@nestjs/core';
import { JSON_ONLY, TAKES_QUERY } from './endpoint.decorators.js';
import { InvalidRequest, Problem } from './problem.js';
/** The media type of JSON, with or without parameters. */
const isJson = /^application\/json *(;|$)/i;
/**
 * Rejects query parameters on endpoints that take none, because a misspelt filter would otherwise go unnoticed, and forms on
 * endpoints that take JSON only.
 */
let KnownQueryGuard = class KnownQueryGuard {
    reflector;
    constructor(reflector) {
        this.reflector = reflector;
    }
    canActivate(context) {
        const request = context.switchToHttp().getRequest();
        const { 'content-type': type = 'application/json' } = request.headers;
        if (this.reflector.get(JSON_ONLY, context.getHandler()) && !isJson.test(type))
            throw new Problem('unsupported-media-type', `The Content-Type "${type}" is not supported: send application/json`);
        if (!request.url.includes('?'))
            return true;
        if (this.reflector.get(TAKES_QUERY, context.getHandler()))
            return true;
        const message = 'is not a parameter of this endpoint';
        const errors = Object.keys(request.query).map((field) => ({ field, message }));
        if (errors.length > 0)
            throw new InvalidRequest(errors);
        return true;
    }
};
KnownQueryGuard = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Reflector])
], KnownQueryGuard);
export { KnownQueryGuard };
//# sourceMappingURL=known-query.guard.js.map