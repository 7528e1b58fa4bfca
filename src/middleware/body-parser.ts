import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';

import { parse as parseContentType } from 'content-type';
import type { Request, RequestHandler, Response } from 'express';
import multer, { MulterError } from 'multer';

import { InvalidRequest, Problem } from '../api/problem.js';
import { errorMessage } from '../observability/error-message.js';
import { bodyReader } from './body-reader.js';

/** The limit of a body as it is sent. */
const maxBodyBytes = 100 * 1024;

/** More fields than any endpoint has. The limit keeps the cost of an abusive body and the response to it small. */
const maxFields = 32;

const methodsWithBody = new Set(['POST', 'PUT', 'PATCH']);

/** The fields of a body, not validated yet. */
type Fields = Record<string, unknown>;

/** A request whose body has been read, and may not be parsed yet. */
interface ReadRequest extends Request {
  body: Buffer | Fields | undefined;
  rawBody?: Buffer;
}

type Parse = (bytes: Buffer, request: ReadRequest, response: Response) => Fields | Promise<Fields>;

const formats = new Map<string, Parse>([
  ['application/json', fromJson],
  ['application/x-www-form-urlencoded', fromForm],
  ['multipart/form-data', fromMultipart],
]);

/**
 * Parses the body of a write into request.body: JSON, a form, or form-data without files. The bytes are read once and
 * bounded. They must be UTF-8, so that accepted texts can be returned byte for byte.
 */
export function bodyParser(): RequestHandler {
  const readBytes = bodyReader(maxBodyBytes);
  return (request, response, next) => {
    if (!methodsWithBody.has(request.method)) {
      next();
      return;
    }
    readBytes(request, response, (error: unknown) => {
      if (error) next(error);
      else toFields(request, response).then(next, next);
    });
  };
}

async function toFields(request: ReadRequest, response: Response): Promise<void> {
  const bytes = request.body;
  request.body = Buffer.isBuffer(bytes) && bytes.length > 0 ? await parseBody(bytes, request, response) : {};
}

async function parseBody(bytes: Buffer, request: ReadRequest, response: Response): Promise<Fields> {
  const header = request.get('content-type') ?? '';
  const { type, parameters } = parseContentType(header);
  const parse = formats.get(type);
  if (!parse || (parameters['charset'] ?? 'utf-8').toLowerCase() !== 'utf-8') {
    const detail = `The Content-Type "${header}" is not supported: send ${[...formats.keys()].join(', ')}, in UTF-8`;
    throw new Problem('unsupported-media-type', detail);
  }
  if (!isUtf8(bytes)) throw malformed('is not UTF-8');
  const fields = await parse(bytes, request, response);
  if (Object.keys(fields).length > maxFields) throw malformed(`has more than ${maxFields} fields`);
  if (type !== 'application/json') assertFlat(fields);
  else assertShallow(fields);
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
    throw malformed('is not a form in percent-encoded UTF-8');
  }
  const fields: Fields = Object.create(null) as Fields;
  for (const [name, value] of new URLSearchParams(text))
    fields[name] = name in fields ? [fields[name], value] : value;
  return fields;
}

// multer's types do not have streamHandler yet.
const multipartOptions = {
  limits: { fields: maxFields, parts: maxFields, fieldNestingDepth: 0, fieldSize: maxBodyBytes },
  streamHandler: ({ rawBody = Buffer.of() }: ReadRequest, parser: NodeJS.WritableStream) =>
    parser.end(rawBody),
};
const parseMultipart = promisify(multer(multipartOptions).none());

async function fromMultipart(bytes: Buffer, request: ReadRequest, response: Response): Promise<Fields> {
  request.rawBody = bytes;
  try {
    await parseMultipart(request, response);
  } catch (error) {
    if (error instanceof MulterError && error.code === 'LIMIT_UNEXPECTED_FILE') {
      throw new InvalidRequest([{ field: error.field ?? 'body', message: 'must be a text, not a file' }]);
    }
    throw malformed(`is not form-data with fields only: ${errorMessage(error)}`);
  }
  // multer does not touch a body that it does not recognise as form-data.
  const { body = {} } = request;
  if (Buffer.isBuffer(body)) throw malformed('has no boundary');
  return body;
}

/**
 * Rejects lists and objects: every field of every endpoint is one value. This comes before validation,
 * because a body of 100 KiB can be nested 50,000 levels deep.
 */
function assertFlat(fields: Fields): void {
  const isNested = (field: string) => typeof fields[field] === 'object' && fields[field] !== null;
  const nested = Object.keys(fields).filter(isNested);
  if (nested.length > 0)
    throw new InvalidRequest(nested.map((field) => ({ field, message: 'must be a single value' })));
}

/** Allows lists of texts too, in JSON. The rules of the fields reject a list where a single value is expected. */
function assertShallow(fields: Fields): void {
  const isTexts = (value: unknown) =>
    Array.isArray(value) && value.length <= maxFields && value.every((item) => typeof item === 'string');
  assertFlat(Object.fromEntries(Object.entries(fields).filter(([, value]) => !isTexts(value))));
}

function malformed(what: string): Problem {
  return new InvalidRequest([{ field: 'body', message: what }]);
}
