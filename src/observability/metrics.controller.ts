import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import { RequireScope } from '../auth/scope.guard.js';
import { DescribeMetrics } from './health.decorators.js';
import { registry } from './metrics.js';

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
  async read(@Res() response: Response): Promise<void> {
    // Concurrent scrapes share one reading, because each reading queries PostgreSQL.
    this.reading ??= registry.metrics().finally(() => delete this.reading);
    response.type(registry.contentType).send(await this.reading);
  }
}
