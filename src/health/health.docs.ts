import { applyDecorators } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiServiceUnavailableResponse,
  getSchemaPath,
} from '@nestjs/swagger';

import { ProblemDto } from '../http/problem.dto.js';

const status = (...values: string[]) => ({ type: 'string', enum: values });

const problemContent = { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } };

/** Describes the liveness probe in /docs. */
export function DescribeLiveness(): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ApiOkResponse({
      description: 'The process lives.',
      schema: { type: 'object', required: ['status'], properties: { status: status('ok') } },
    }),
    ApiBadRequestResponse({ description: 'The call has no parameters.', content: problemContent }),
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
    ApiBadRequestResponse({ description: 'The call has no parameters.', content: problemContent }),
    ApiServiceUnavailableResponse({
      description: 'The service is not ready: PostgreSQL does not answer, or the service is shutting down.',
      content: problemContent,
      headers: { 'Retry-After': { schema: { type: 'integer' } } },
    }),
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
    ApiBadRequestResponse({ description: 'The call has no parameters.', content: problemContent }),
  );
}
