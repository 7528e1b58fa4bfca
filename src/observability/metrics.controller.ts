import { Controller, Get, Res, type OnModuleInit } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import { RequireScope } from '../auth/scope.guard.js';
import { Problem } from '../api/problem.js';
import { measureProcess, registry } from './metrics.js';
import { readMetrics } from './worker-metrics.js';
import { DescribeMetrics } from './health.decorators.js';

/** What is measured. */
@ApiTags('Health')
@Controller('metrics')
export class MetricsController implements OnModuleInit {
  private reading?: Promise<string | undefined>;

  onModuleInit(): void {
    measureProcess();
  }

  /**
   * The metrics of the service, for Prometheus.
   *
   * @remarks Open unless METRICS_AUTH_REQUIRED is on. With WORKERS, those of all processes together.
   */
  @Get()
  @RequireScope('metrics:read')
  @DescribeMetrics()
  async read(@Res() response: Response): Promise<void> {
    const metrics = await this.share();
    if (metrics === undefined) throw new Problem('unavailable', 'A worker does not tell its metrics');
    response.type(registry.contentType).send(metrics);
  }

  /** Those who ask while a reading is under way share it, as each asks PostgreSQL too. */
  private share(): Promise<string | undefined> {
    this.reading ??= readMetrics().finally(() => delete this.reading);
    return this.reading;
  }
}
