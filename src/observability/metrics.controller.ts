import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { register } from 'prom-client';

import { RequireScope } from '../auth/scope.guard.js';
import { DescribeMetrics } from './health.decorators.js';
/** Metrics for Prometheus. */
@ApiTags('Health')
@Controller('metrics')
export class MetricsController {
  private reading?: Promise<string>;

  /**
   * Returns the metrics of this process, for Prometheus.
   *
   * @remarks Public unless METRICS_AUTH_REQUIRED is true.
   */
  @Get()
  @RequireScope('metrics:read')
  @DescribeMetrics()
  async getMetrics(@Res() response: Response): Promise<void> {
    // Concurrent scrapes share one reading, because each reading queries PostgreSQL.
    this.reading ??= register.metrics().finally(() => delete this.reading);
    response.type(register.contentType).send(await this.reading);
  }
}
