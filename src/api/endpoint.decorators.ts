import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiConsumes,
  ApiExtraModels,
  ApiHeader,
  ApiResponse,
  getSchemaPath,
  type ApiHeaderOptions,
} from '@nestjs/swagger';

import { nextPage, retryAfter, versioned, type Headers } from './endpoint.headers.js';
import { TakesQuery } from './known-query.guard.js';
import { problemKinds, problemType } from './problem.js';
import { ProblemDto } from './problem.dto.js';

type ContentObject = Record<string, { schema: { type: string }; example?: string }>;

/** What a call answers when it succeeds. */
interface Success {
  status: number;
  body: Type;
  description: string;
  headers?: Headers;
  /** What it answers to who accepts another type than JSON, by that type. */
  otherContent?: ContentObject;
}

/** A call as /docs describes it: what it takes, what it answers, and each problem it can answer with. */
interface Endpoint {
  success: Success;
  requestHeaders?: ApiHeaderOptions[];
  /** From a status to when it is answered. */
  problems: Record<number, string>;
}

/** Every call can meet these. */
const commonProblems = {
  400: 'A field or parameter breaks its rules, or is unknown; the problem names it. Nothing has changed.',
  429: 'The client calls more often than RATE_LIMIT allows. Try again after the seconds in Retry-After.',
  503: 'The database does not answer, or there is too much to do. Try again after the seconds in Retry-After.',
};

/** Every call with a body can meet these too. */
const bodyProblems = {
  413: 'The body is larger than 100 KiB.',
  415: 'The body is neither form-data, nor a form, nor JSON; or is compressed; or is not in UTF-8.',
};

/** What the headers of a request can lead to. */
const headerProblems: Record<string, Record<number, string>> = {
  'If-Match': { 412: 'The ticket is in none of the versions that If-Match names. Nothing has changed.' },
  'If-None-Match': {
    304: 'The ticket is in one of the versions that If-None-Match names. There is no body.',
  },
  'Idempotency-Key': {
    409: 'The first request with this key is still under way: try again after the seconds in Retry-After.',
    422: 'The key was used for another request. Nothing has changed.',
  },
};

/** Describes a call without a body. */
export function ReadEndpoint({ success, requestHeaders = [], problems }: Endpoint): MethodDecorator {
  const { status, body, description, headers = {}, otherContent } = success;
  const content = { 'application/json': { schema: { $ref: getSchemaPath(body) } }, ...otherContent };
  const answers = [commonProblems, ...requestHeaders.map(({ name }) => headerProblems[name] ?? {}), problems];
  return applyDecorators(
    ApiExtraModels(ProblemDto, body),
    ApiResponse({ status, description, headers, content }),
    ...requestHeaders.map((header) => ApiHeader(header)),
    ...[...reasonsByStatus(answers)].map(([status, description]) => ProblemResponse(status, description)),
  );
}

/** Describes a list: a call with query parameters, which its query DTO checks. */
export function ListEndpoint({ success, ...call }: Endpoint): MethodDecorator {
  const headers = { ...success.headers, ...nextPage };
  return applyDecorators(TakesQuery(), ReadEndpoint({ ...call, success: { ...success, headers } }));
}

/** Describes a call with a body, which may be form-data, a form or JSON. */
export function WriteEndpoint({ problems, ...call }: Endpoint): MethodDecorator {
  return applyDecorators(
    ApiConsumes('multipart/form-data', 'application/x-www-form-urlencoded', 'application/json'),
    ReadEndpoint({ ...call, problems: { ...bodyProblems, ...problems } }),
  );
}

/** What each status means; where a status has several reasons, all of them. */
function reasonsByStatus(answers: Record<number, string>[]): Map<number, string> {
  const reasons = new Map<number, string>();
  for (const [status, reason] of answers.flatMap((answer) => Object.entries(answer))) {
    reasons.set(Number(status), [reasons.get(Number(status)), reason].filter(Boolean).join(' Or: '));
  }
  return reasons;
}

/** Describes a problem that a call can answer with. */
export function ProblemResponse(status: number, description: string): MethodDecorator {
  if (status === 304) return ApiResponse({ status, description, headers: versioned });
  return ApiResponse({
    status,
    description,
    content: {
      'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) }, examples: examples(status) },
    },
    ...((status === 503 || status === 429) && { headers: retryAfter }),
  });
}

/** One example for each kind of problem that has this status. */
function examples(status: number): Record<string, { value: object }> {
  const kinds = Object.entries(problemKinds).filter(([, kind]) => kind.status === status);
  const example = (name: string, title: string) => ({
    type: problemType(name),
    title,
    status,
    detail: `${title}.`,
    instance: '/ticket',
    request_id: 'desk-17',
  });
  return Object.fromEntries(kinds.map(([name, { title }]) => [name, { value: example(name, title) }]));
}
