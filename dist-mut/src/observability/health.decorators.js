import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse } from '@nestjs/swagger';
import { ProblemResponse, TAKES_QUERY } from '../api/endpoint.decorators.js';
import { ProblemDto } from '../api/problem.dto.js';
const statusSchema = (...values) => ({ type: 'string', enum: values });
const objectSchema = (properties, required) => ({ type: 'object', required, properties });
function describe(description, contentType, schema) {
    return applyDecorators(ApiExtraModels(ProblemDto), ApiOkResponse({ description, content: { [contentType]: { schema } } }), 
    // Monitors add parameters of their own, against caches on the way.
    SetMetadata(TAKES_QUERY, true));
}
/** Describes the liveness probe in /docs. */
export function DescribeLiveness() {
    const schema = objectSchema({ status: statusSchema('ok') }, ['status']);
    return describe('The process is running.', 'application/json', schema);
}
/** Describes the readiness probe in /docs. */
export function DescribeReadiness() {
    const checks = { type: 'object', additionalProperties: { type: 'object' } };
    const properties = { status: statusSchema('ok', 'degraded'), info: checks, error: checks, details: checks };
    const schema = objectSchema(properties, ['status', 'details']);
    const ready = 'The service is ready; "degraded" means that it works without its cache.';
    const notReady = 'PostgreSQL does not respond, or the service is shutting down.';
    return applyDecorators(describe(ready, 'application/json', schema), ProblemResponse(503, notReady));
}
/** Describes the metrics in /docs. */
export function DescribeMetrics() {
    return describe('The metrics in the Prometheus text format.', 'text/plain', { type: 'string' });
}
//# sourceMappingURL=health.decorators.js.map