import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheckService, TypeOrmHealthIndicator, type HealthCheckResult } from '@nestjs/terminus';

import { Public } from '../auth/scope.guard.js';
import { DescribeLiveness, DescribeReadiness } from './health.decorators.js';
import { CacheIndicator } from './cache.indicator.js';
import { Problem } from '../api/problem.js';
import { Readiness } from '../middleware/graceful-shutdown.js';

/** Below the second or so after which an orchestrator gives a probe up. */
const pingTimeoutMs = 800;

/** The probes of an orchestrator. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly postgres: TypeOrmHealthIndicator,
    private readonly cache: CacheIndicator,
    private readonly readiness: Readiness,
  ) {}

  /**
   * Whether the process lives.
   *
   * @remarks It answers, and that is all it takes: a restart would mend nothing else.
   */
  @Get('live')
  @Public()
  @DescribeLiveness()
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * Whether the service can do its work.
   *
   * @remarks PostgreSQL decides; the cache is only reported.
   */
  @Get('ready')
  @Public()
  @DescribeReadiness()
  async ready(): Promise<HealthCheckResult> {
    if (this.readiness.isShuttingDown) throw new Problem('unavailable', 'The service is shutting down');
    try {
      return await this.health.check([
        () => this.postgres.pingCheck('postgres', { timeout: pingTimeoutMs }),
        () => this.cache.check(),
      ]);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const { details } = error.getResponse() as HealthCheckResult;
      throw new Problem('unavailable', 'The service is not ready', { checks: details });
    }
  }
}
