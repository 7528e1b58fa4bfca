import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiConsumes,
  ApiExtraModels,
  ApiResponse,
  getSchemaPath,
  type ApiResponseOptions,
} from '@nestjs/swagger';

import { ProblemDto } from './problem.dto.js';

type Headers = NonNullable<Extract<ApiResponseOptions, { headers?: unknown }>['headers']>;

/** What a call answers when it succeeds. */
interface Success {
  status: number;
  body: Type;
  description: string;
  headers?: Headers;
}

/** A call as /docs describes it: what it answers, and each problem it can answer with. */
interface Call {
  success: Success;
  /** From a status to when it is answered. */
  problems: Record<number, string>;
}

/** Every call can meet these. */
const commonProblems = {
  400: 'A field or parameter breaks its rules, or is unknown; the problem names it. Nothing has changed.',
  503: 'The database does not answer. Try again after the seconds in Retry-After.',
};

/** Every call with a body can meet these too. */
const bodyProblems = {
  413: 'The body is larger than 100 KiB.',
  415: 'The body is neither form-data, nor a form, nor JSON; or is compressed; or is not in UTF-8.',
};

/** Describes a call without a body. */
export function ReadCall({ success, problems }: Call): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ApiResponse({
      status: success.status,
      type: success.body,
      description: success.description,
      ...(success.headers && { headers: success.headers }),
    }),
    ...Object.entries({ ...commonProblems, ...problems }).map(([status, description]) =>
      ApiResponse({
        status: Number(status),
        description,
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
        ...(status === '503' && { headers: retryAfter }),
      }),
    ),
  );
}

/** Describes a call with a body, which may be form-data, a form or JSON. */
export function WriteCall({ success, problems }: Call): MethodDecorator {
  return applyDecorators(
    ApiConsumes('multipart/form-data', 'application/x-www-form-urlencoded', 'application/json'),
    ReadCall({ success, problems: { ...bodyProblems, ...problems } }),
  );
}

const retryAfter: Headers = {
  'Retry-After': { description: 'After how many seconds to try again', schema: { type: 'integer' } },
};

/** The Location header of a call that creates. */
export const location: Headers = {
  Location: { description: 'The path of what was created', schema: { type: 'string' } },
};
