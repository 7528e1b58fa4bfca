import { Controller, Get, Res, type OnModuleInit } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import { RequireScope } from '../auth/scope.guard.js';
import { measureProcess, registry } from './metrics.js';
import { DescribeMetrics } from './health.decorators.js';

/** What is measured. */
@ApiTags('Health')
@Controller('metrics')
export class MetricsController implements OnModuleInit {
  private reading?: Promise<string>;

  onModuleInit(): void {
    measureProcess();
  }

  /**
   * The metrics of the service, for Prometheus.
   *
   * @remarks Open unless METRICS_AUTH_REQUIRED is on.
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
