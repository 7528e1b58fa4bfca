var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
import * as openapi from "@nestjs/swagger";
import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { register } from 'prom-client';
import { RequireScope } from '../auth/scope.guard.js';
import { DescribeMetrics } from './health.decorators.js';
/** Metrics for Prometheus. */
let MetricsController = class MetricsController {
    reading;
    /**
     * Returns the metrics of this process, for Prometheus.
     *
     * @remarks Public unless METRICS_AUTH_REQUIRED is true.
     */
    async getMetrics(response) {
        // Concurrent scrapes share one reading, because each reading queries PostgreSQL.
        this.reading ??= register.metrics().finally(() => delete this.reading);
        response.type(register.contentType).send(await this.reading);
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Returns the metrics of this process, for Prometheus.", description: "Public unless METRICS_AUTH_REQUIRED is true." }),
    Get(),
    RequireScope('metrics:read'),
    DescribeMetrics(),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Res()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], MetricsController.prototype, "getMetrics", null);
MetricsController = __decorate([
    ApiTags('Health'),
    Controller('metrics')
], MetricsController);
export { MetricsController };
//# sourceMappingURL=metrics.controller.js.map