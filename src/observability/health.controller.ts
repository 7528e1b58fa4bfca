import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, TypeOrmHealthIndicator } from '@nestjs/terminus';
import type { HealthCheckResult, HealthIndicatorResult } from '@nestjs/terminus';

import { Problem } from '../api/problem.js';
import { Public } from '../auth/scope.guard.js';
import { Redis } from '../cache/redis.js';
import { ResponseCache } from '../cache/response-cache.js';
import { Readiness } from '../middleware/graceful-shutdown.js';
import { DescribeLiveness, DescribeReadiness } from './health.decorators.js';

/** Less than the second after which orchestrators usually give up on a probe. */
const pingTimeoutMs = 800;

/** Probes for an orchestrator. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly postgres: TypeOrmHealthIndicator,
    @Inject(Redis) private readonly redis: Redis | undefined,
    private readonly cache: ResponseCache,
    private readonly readiness: Readiness,
  ) {}

  /**
   * Liveness: the process responds.
   *
   * @remarks PostgreSQL and Redis are not checked, because a restart would not repair them.
   */
  @Get('live')
  @Public()
  @DescribeLiveness()
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * Readiness: the service can process requests.
   *
   * @remarks Only PostgreSQL decides. The cache is reported, and makes the status "degraded" while Redis is unavailable.
   */
  @Get('ready')
  @Public()
  @DescribeReadiness()
  async ready(): Promise<HealthCheckResult> {
    if (this.readiness.isShuttingDown) throw new Problem('unavailable', 'The service is shutting down');
    try {
      return await this.health.check([
        () => this.postgres.pingCheck('postgres', { timeout: pingTimeoutMs }),
        () => this.checkCache(),
      ]);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const { details } = error.getResponse() as HealthCheckResult;
      throw new Problem('unavailable', 'The service is not ready', { checks: details });
    }
  }

  private checkCache(): HealthIndicatorResult {
    const indicator = this.indicators.check('cache');
    if (!this.redis) return indicator.up({ store: 'process' });
    return this.cache.inUse ? indicator.up({ store: 'redis' }) : indicator.degraded({ store: 'redis' });
  }
}
