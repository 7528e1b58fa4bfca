import { applyDecorators, SetMetadata, type Type } from '@nestjs/common';
import { ApiConsumes, ApiExtraModels, ApiHeader, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { ApiHeaderOptions } from '@nestjs/swagger';

import { idempotencyKey, nextPage, repeated, retryAfter, versioned } from './endpoint.headers.js';
import type { Headers } from './endpoint.headers.js';
import { problemKinds, problemType } from './problem.js';
import { ProblemDto } from './problem.dto.js';

/** An endpoint as /docs describes it, besides the class of its response. */
interface Endpoint {
  /** The status of success; 200 by default. */
  status?: number;
  /** The response on success in words; the status says enough by default. */
  description?: string;
  /** True if the body may be JSON only, and may be nested. */
  jsonOnly?: boolean;
  /** Other media types of the body. */
  otherBodies?: string[];
  /** The request headers that the endpoint takes. The problems that they lead to are described too. */
  takes?: ApiHeaderOptions[];
  /** The headers of the response. */
  sends?: Headers;
  /** The media type of the response; JSON by default. */
  mediaType?: string;
  /** The media types of the response in place of JSON. */
  content?: Record<string, { schema: { type: string; format?: string } }>;
  /** Other media types of the response. */
  otherContent?: Record<string, { schema: { type: string }; example?: string }>;
  /** The problems of this endpoint besides the common ones, by status. */
  problems?: Record<number, string>;
}

/** The problems of every endpoint. */
const commonProblems = {
  400: 'A field or parameter is invalid or unknown. The problem names it, and nothing has changed.',
  429: 'The client exceeds RATE_LIMIT. Try again after the seconds in Retry-After.',
  503: 'The database does not respond, or the service is overloaded. Try again after the seconds in Retry-After.',
};

/** The problems of every endpoint with a body. */
const bodyProblems = {
  413: 'The body is larger than 512 KiB.',
  415: 'The body is neither JSON, nor a form, nor form-data; or it is compressed, or not in UTF-8.',
};

/** The problems that a request header leads to. */
const headerProblems: Record<string, Record<number, string>> = {
  'If-Match': { 412: 'If-Match does not name the version of the ticket. Nothing has changed.' },
  'If-None-Match': { 304: 'If-None-Match names the version of the ticket. The response has no body.' },
  'Idempotency-Key': {
    409: 'The first request with this key is still in progress. Try again after the seconds in Retry-After.',
    410: 'The answer to the first request with this key was erased. Nothing has changed.',
    422: 'The key was used for another request. Nothing has changed.',
  },
};

/** Describes an endpoint without a body. `returns` is undefined for a response without a body. */
export function ReadEndpoint(returns: Type | undefined, endpoint: Endpoint): MethodDecorator {
  const { status = 200, takes = [], otherContent, problems = {} } = endpoint;
  const sends = { ...endpoint.sends, ...(takes.includes(idempotencyKey) && repeated) };
  const { description = status === 201 ? 'Created.' : 'OK.', mediaType = 'application/json' } = endpoint;
  const json = returns && { [mediaType]: { schema: { $ref: getSchemaPath(returns) } } };
  const content = { ...(endpoint.content ?? json), ...otherContent };
  const reasons = [commonProblems, ...takes.map(({ name }) => headerProblems[name] ?? {}), problems];
  return applyDecorators(
    ApiExtraModels(ProblemDto, ...(returns ? [returns] : [])),
    ApiResponse({ status, description, headers: sends, ...(returns && { content }) }),
    ...takes.map((header) => ApiHeader(header)),
    ...[...joinByStatus(reasons)].map(([status, reason]) => ProblemResponse(status, reason)),
  );
}

/** The metadata key of endpoints that take query parameters; `KnownQueryGuard` reads it. */
export const TAKES_QUERY = 'api:takes-query';

/** Describes a list: an endpoint with query parameters and pages. */
export function ListEndpoint(returns: Type, { sends, ...endpoint }: Endpoint = {}): MethodDecorator {
  return applyDecorators(
    SetMetadata(TAKES_QUERY, true),
    ReadEndpoint(returns, { ...endpoint, sends: { ...sends, ...nextPage } }),
  );
}

/** The metadata key of endpoints that take JSON only; `RequestGuard` reads it. */
export const JSON_ONLY = 'api:json-only';

/** Describes an endpoint with a body: JSON, a form or form-data. */
export function WriteEndpoint(returns: Type, endpoint: Endpoint): MethodDecorator {
  const { problems, jsonOnly = false, otherBodies = [] } = endpoint;
  const forms = jsonOnly ? [] : ['application/x-www-form-urlencoded', 'multipart/form-data'];
  return applyDecorators(
    SetMetadata(JSON_ONLY, jsonOnly),
    ApiConsumes('application/json', ...forms, ...otherBodies),
    ReadEndpoint(returns, { ...endpoint, problems: { ...bodyProblems, ...problems } }),
  );
}

/** Describes a problem that an endpoint can return. */
export function ProblemResponse(status: number, description: string): MethodDecorator {
  if (status === 304) return ApiResponse({ status, description, headers: versioned });
  const problem = { schema: { $ref: getSchemaPath(ProblemDto) }, examples: examples(status) };
  const headers = status === 503 || status === 429 ? { headers: retryAfter } : {};
  return ApiResponse({ status, description, content: { 'application/problem+json': problem }, ...headers });
}

/** Joins the reasons for each status; a status may have several. */
function joinByStatus(reasons: Record<number, string>[]): Map<number, string> {
  const joined = new Map<number, string>();
  for (const [status, reason] of reasons.flatMap((some) => Object.entries(some)))
    joined.set(Number(status), [joined.get(Number(status)), reason].filter(Boolean).join(' Or: '));
  return joined;
}

/** Returns one example for each kind of problem with this status. */
function examples(status: number): Record<string, { value: object }> {
  const kinds = Object.entries(problemKinds).filter(([, kind]) => kind.status === status);
  const example = (name: string, title: string) => ({
    ...{ type: problemType(name), title, status, detail: `${title}.` },
    ...{ instance: '/ticket', request_id: 'desk-17' },
  });
  return Object.fromEntries(kinds.map(([name, { title }]) => [name, { value: example(name, title) }]));
}
