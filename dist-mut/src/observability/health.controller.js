var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi from "@nestjs/swagger";
import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { Problem } from '../api/problem.js';
import { Public } from '../auth/scope.guard.js';
import { CacheView } from '../cache/cache-view.js';
import { CacheStore } from '../cache/ports.js';
import { Readiness } from '../middleware/graceful-shutdown.js';
import { DescribeLiveness, DescribeReadiness } from './health.decorators.js';
/** Age of the latest report of a primary at which a replica is not ready. */
const maxSilenceMs = 1_000;
/** Probes for an orchestrator. */
let HealthController = class HealthController {
    health;
    indicators;
    view;
    store;
    readiness;
    constructor(health, indicators, view, store, readiness) {
        this.health = health;
        this.indicators = indicators;
        this.view = view;
        this.store = store;
        this.readiness = readiness;
    }
    /**
     * Liveness: the process responds.
     *
     * @remarks PostgreSQL and Redis are not checked, because a restart would not repair them.
     */
    getLiveness() {
        return { status: 'ok' };
    }
    /**
     * Readiness: the service can process requests.
     *
     * @remarks Only PostgreSQL decides: it must respond, and be no standby. The cache is reported, and makes the status "degraded" while it
     * is not in use.
     */
    async getReadiness() {
        if (this.readiness.isShuttingDown)
            throw new Problem('unavailable', 'The service is shutting down');
        try {
            return await this.health.check([() => this.checkPostgres(), () => this.checkCache()]);
        }
        catch (error) {
            if (!(error instanceof ServiceUnavailableException))
                throw error;
            const { details } = error.getResponse();
            throw new Problem('unavailable', 'The service is not ready', { checks: details });
        }
    }
    checkPostgres() {
        const indicator = this.indicators.check('postgres');
        return this.view.within(maxSilenceMs) ? indicator.up() : indicator.down('No primary responds');
    }
    checkCache() {
        const indicator = this.indicators.check('cache');
        const { name } = this.store;
        const view = this.view.current;
        const store = { store: name === 'memory' ? 'process' : 'redis', state: view?.state ?? 'unknown' };
        const isInUse = view?.state === 'on' && view.store === name;
        return isInUse ? indicator.up(store) : indicator.degraded(store);
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Liveness: the process responds.", description: "PostgreSQL and Redis are not checked, because a restart would not repair them." }),
    Get('live'),
    Public(),
    DescribeLiveness(),
    openapi.ApiResponse({ status: 200 }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", Object)
], HealthController.prototype, "getLiveness", null);
__decorate([
    openapi.ApiOperation({ summary: "Readiness: the service can process requests.", description: "Only PostgreSQL decides: it must respond, and be no standby. The cache is reported, and makes the status \"degraded\" while it\nis not in use." }),
    Get('ready'),
    Public(),
    DescribeReadiness(),
    openapi.ApiResponse({ status: 200, type: Object }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", Promise)
], HealthController.prototype, "getReadiness", null);
HealthController = __decorate([
    ApiTags('Health'),
    Controller('health'),
    __metadata("design:paramtypes", [HealthCheckService,
        HealthIndicatorService,
        CacheView,
        CacheStore,
        Readiness])
], HealthController);
export { HealthController };
//# sourceMappingURL=health.controller.js.map