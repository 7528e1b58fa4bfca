import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse } from '@nestjs/swagger';

import { ProblemResponse } from '../api/endpoint.decorators.js';
import { ProblemDto } from '../api/problem.dto.js';

const statusSchema = (...values: string[]) => ({ type: 'string', enum: values });
const objectSchema = (required: string[], properties: object) => ({ type: 'object', required, properties });

function describe(description: string, contentType: string, schema: object): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ApiOkResponse({ description, content: { [contentType]: { schema } } }),
    ProblemResponse(400, 'The endpoint has no parameters.'),
  );
}

/** Describes the liveness probe in /docs. */
export function DescribeLiveness(): MethodDecorator {
  const schema = objectSchema(['status'], { status: statusSchema('ok') });
  return describe('The process is running.', 'application/json', schema);
}

/** Describes the readiness probe in /docs. */
export function DescribeReadiness(): MethodDecorator {
  const checks = { type: 'object', additionalProperties: { type: 'object' } };
  const status = statusSchema('ok', 'degraded');
  const schema = objectSchema(['status', 'details'], {
    status,
    info: checks,
    error: checks,
    details: checks,
  });
  return applyDecorators(
    describe(
      'The service is ready; "degraded" means that it works without its cache.',
      'application/json',
      schema,
    ),
    ProblemResponse(503, 'PostgreSQL does not respond, or the service is shutting down.'),
  );
}

/** Describes the metrics in /docs. */
export function DescribeMetrics(): MethodDecorator {
  return describe('The metrics in the Prometheus text format.', 'text/plain', { type: 'string' });
}
