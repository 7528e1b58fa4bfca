import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { HealthCheckResult, HealthIndicatorResult } from '@nestjs/terminus';

import { Problem } from '../api/problem.js';
import { Public } from '../auth/scope.guard.js';
import { CacheView } from '../cache/cache-view.js';
import { CacheStore } from '../cache/ports.js';
import { Readiness } from '../middleware/graceful-shutdown.js';
import { DescribeLiveness, DescribeReadiness } from './health.decorators.js';

/** Age of the latest report of a primary at which a replica is not ready. */
const maxSilenceMs = 1_000;

/** Probes for an orchestrator. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly view: CacheView,
    private readonly store: CacheStore,
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
  getLiveness(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * Readiness: the service can process requests.
   *
   * @remarks Only PostgreSQL decides: it must respond, and be no standby. The cache is reported, and makes the status "degraded" while it
   * is not in use.
   */
  @Get('ready')
  @Public()
  @DescribeReadiness()
  async getReadiness(): Promise<HealthCheckResult> {
    if (this.readiness.isShuttingDown) throw new Problem('unavailable', 'The service is shutting down');
    try {
      return await this.health.check([() => this.checkPostgres(), () => this.checkCache()]);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const { details } = error.getResponse() as HealthCheckResult;
      throw new Problem('unavailable', 'The service is not ready', { checks: details });
    }
  }

  private checkPostgres(): HealthIndicatorResult {
    const indicator = this.indicators.check('postgres');
    return this.view.within(maxSilenceMs) ? indicator.up() : indicator.down('No primary responds');
  }

  private checkCache(): HealthIndicatorResult {
    const indicator = this.indicators.check('cache');
    const { name } = this.store;
    const view = this.view.current;
    const store = { store: name === 'memory' ? 'process' : 'redis', state: view?.state ?? 'unknown' };
    const isInUse = view?.state === 'on' && view.store === name;
    return isInUse ? indicator.up(store) : indicator.degraded(store);
  }
}
