import { isUtf8 } from 'node:buffer';

import busboy from 'busboy';
import { parse as parseContentType } from 'content-type';
import type { Request, RequestHandler } from 'express';

import { InvalidRequest, Problem } from '../api/problem.js';
import { formEntries, fromEntries } from '../api/query-parser.js';
import { streamedPath } from '../api/routes.js';
import { errorMessage } from '../observability/error-message.js';
import { bodyReader } from './body-reader.js';

/** The limit of a body as it is sent. */
const maxBodyBytes = 512 * 1024;

/** The limit of fields, in a form counted with each value of a list and each entry of a map. It bounds the cost of an abusive body. */
const maxFields = 128;

const methodsWithBody = new Set(['POST', 'PUT', 'PATCH']);

/** The fields of a body, not validated yet. */
type Fields = Record<string, unknown>;

/** A request whose body has been read, and may not be parsed yet. */
interface ReadRequest extends Request {
  body: Buffer | Fields | undefined;
}

type Parse = (bytes: Buffer, request: ReadRequest) => Fields | Promise<Fields>;

const formats = new Map<string, Parse>([
  ['application/json', fromJson],
  ['application/merge-patch+json', fromJson],
  ['application/x-www-form-urlencoded', fromForm],
  ['multipart/form-data', fromMultipart],
]);

/**
 * Parses the body of a write into request.body: JSON, a form, or form-data without files. A field is a single value, a list of them, or a
 * Map of them. The bytes are read once and bounded. They must be UTF-8, so that accepted texts can be returned byte for byte.
 */
export function bodyParser(): RequestHandler {
  const readBytes = bodyReader(maxBodyBytes);
  return (request, response, next) => {
    if (!methodsWithBody.has(request.method) || streamedPath.test(request.path)) {
      next();
      return;
    }
    if (Number(request.headers['content-length']) > maxBodyBytes) {
      // A client that waits for the answer does not send its body, so nothing can follow on the connection.
      if (expectsContinue(request)) response.setHeader('Connection', 'close');
      next(tooLarge());
      return;
    }
    if (expectsContinue(request)) response.writeContinue();
    readBytes(request, response, (error: unknown) => {
      if (error) next(bodyProblem(error));
      else toFields(request).then(next, next);
    });
  };
}

function expectsContinue({ headers }: Request): boolean {
  return headers.expect?.toLowerCase() === '100-continue';
}

/** Returns the problem of a body that cannot be read. */
function bodyProblem(error: unknown): unknown {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 415) return new Problem('unsupported-media-type', 'The body must not be compressed');
  return status === 413 ? tooLarge() : error;
}

function tooLarge(): Problem {
  return new Problem('body-too-large', `The body is larger than ${maxBodyBytes / 1024} KiB`);
}

async function toFields(request: ReadRequest): Promise<void> {
  const bytes = request.body;
  request.body = Buffer.isBuffer(bytes) && bytes.length > 0 ? await parseBody(bytes, request) : {};
}

async function parseBody(bytes: Buffer, request: ReadRequest): Promise<Fields> {
  const header = request.get('content-type') ?? '';
  const { type, parameters } = parseContentType(header);
  const isPatchOnly = type.includes('merge-patch') && request.method !== 'PATCH';
  const parse = isPatchOnly ? undefined : formats.get(type);
  if (!parse || (parameters['charset'] ?? 'utf-8').toLowerCase() !== 'utf-8') {
    const detail = `The Content-Type "${header}" is not supported: send ${[...formats.keys()].join(', ')}, in UTF-8`;
    throw new Problem('unsupported-media-type', detail);
  }
  if (!isUtf8(bytes)) throw malformed('is not UTF-8');
  const fields = await parse(bytes, request);
  if (Object.keys(fields).length > maxFields) throw tooMany();
  for (const [name, value] of Object.entries(fields)) fields[name] = toField(name, value);
  return fields;
}

function fromJson(bytes: Buffer): Fields {
  const value = parseJson(bytes.toString());
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('is not a JSON object');
  return value as Fields;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('is not JSON');
  }
}

function fromForm(bytes: Buffer): Fields {
  const text = bytes.toString();
  try {
    // URLSearchParams would replace bytes that are not UTF-8 by U+FFFD.
    decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw malformed('is not a form in percent-encoded UTF-8: write % as %25');
  }
  // No field has such a name. Some clients send JSON as a form unless told otherwise.
  if (text.startsWith('{')) throw malformed('is a form that looks like JSON: send it as application/json');
  return toFormFields([...formEntries(text)]);
}

async function fromMultipart(bytes: Buffer, { headers }: ReadRequest): Promise<Fields> {
  const limits = { fieldSize: maxBodyBytes, fieldNameSize: maxBodyBytes, parts: maxFields + 1 };
  const entries: [string, string][] = [];
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown) => {
      reject(malformed(`is not form-data with fields only: ${errorMessage(error)}`));
    };
    try {
      busboy({ headers, limits, defParamCharset: 'utf8' })
        .on('field', (name, value) => entries.push([name, value]))
        .on('file', (field, stream) => {
          stream.on('error', fail).resume();
          reject(new InvalidRequest([{ field, message: 'must be a text, not a file' }]));
        })
        .on('partsLimit', () => {
          reject(tooMany());
        })
        .on('error', fail)
        .on('close', () => {
          resolve();
        })
        .end(bytes);
    } catch (error) {
      fail(error);
    }
  });
  return toFormFields(entries);
}

/** Makes fields of the entries of a form. An empty value is null. */
function toFormFields(entries: [string, string][]): Fields {
  if (entries.length > maxFields) throw tooMany();
  return fromEntries(entries.map(([name, text]) => [name, text === '' ? null : text]));
}

/**
 * Makes a Map of an object, because an object of a client may have any key, such as `constructor`. Rejects what is nested deeper before
 * validation, because a body can be nested very deep.
 */
function toField(field: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const map = value instanceof Map || Array.isArray(value) ? value : new Map(Object.entries(value));
  if ([...map.values()].some((inner) => typeof inner === 'object' && inner !== null))
    throw new InvalidRequest([{ field, message: 'must be a single value' }]);
  return map;
}

function tooMany(): Problem {
  return malformed(`has more than ${maxFields} fields`);
}

function malformed(what: string): Problem {
  return new InvalidRequest([{ field: 'body', message: what }]);
}
