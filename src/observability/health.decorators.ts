import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse } from '@nestjs/swagger';

import { ProblemResponse } from '../api/endpoint.decorators.js';
import { ProblemDto } from '../api/problem.dto.js';

const status = (...values: string[]) => ({ type: 'string', enum: values });

const takesNoParameters = ProblemResponse(400, 'The call has no parameters.');

/** Describes the liveness probe in /docs. */
export function DescribeLiveness(): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ApiOkResponse({
      description: 'The process lives.',
      schema: { type: 'object', required: ['status'], properties: { status: status('ok') } },
    }),
    takesNoParameters,
  );
}

/** Describes the readiness probe in /docs. */
export function DescribeReadiness(): MethodDecorator {
  const checks = { type: 'object', additionalProperties: { type: 'object' } };
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ApiOkResponse({
      description: 'The service is ready; degraded means that it works without its cache.',
      schema: {
        type: 'object',
        required: ['status', 'details'],
        properties: { status: status('ok', 'degraded'), info: checks, error: checks, details: checks },
      },
    }),
    takesNoParameters,
    ProblemResponse(
      503,
      'The service is not ready: PostgreSQL does not answer, or the service is shutting down.',
    ),
  );
}

/** Describes the metrics in /docs. */
export function DescribeMetrics(): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ApiOkResponse({
      description: 'The metrics, in the text format of Prometheus.',
      content: { 'text/plain': { schema: { type: 'string' } } },
    }),
    takesNoParameters,
  );
}
