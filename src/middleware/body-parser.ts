import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';

import { parse as parseContentType } from 'content-type';
import express, { type Request, type RequestHandler, type Response } from 'express';
import multer, { MulterError } from 'multer';

import { errorMessage } from '../observability/error-message.js';
import { InvalidRequest, Problem } from '../api/problem.js';

/** The largest body: 100 KiB, counted as it is sent. */
const bodyLimitBytes = 100 * 1024;

/** More fields than any call has, few enough to cost nothing. */
const maxFields = 32;

/** The methods whose body is read. */
const writes = new Set(['POST', 'PUT', 'PATCH']);

/** A body as fields; what a client may have put in them is for validation to say. */
type Fields = Record<string, unknown>;

/** A request whose body has been read, and not yet understood. */
interface ReadRequest extends Request {
  body: Buffer | Fields | undefined;
  rawBody?: Buffer;
}

const formats = new Map<
  string,
  (bytes: Buffer, request: ReadRequest, response: Response) => Fields | Promise<Fields>
>([
  ['application/json', fromJson],
  ['application/x-www-form-urlencoded', fromForm],
  ['multipart/form-data', fromMultipart],
]);

/**
 * Reads the body of a write as JSON, as a form, or as form-data without files, into flat fields of request.body.
 * The bytes are read once, bounded, and must be UTF-8, so that what is accepted can be given back byte for byte.
 */
export function bodyParser(): RequestHandler {
  const readBytes = express.raw({ type: () => true, limit: bodyLimitBytes, inflate: false });
  return (request, response, next) => {
    if (!writes.has(request.method)) {
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
  const read = formats.get(type);
  if (!read || (parameters['charset'] ?? 'utf-8').toLowerCase() !== 'utf-8') {
    throw new Problem(
      'unsupported-media-type',
      `Send ${[...formats.keys()].join(', ')}, in UTF-8; not "${header}"`,
    );
  }
  if (!isUtf8(bytes)) throw malformed('is not UTF-8');
  const fields = await read(bytes, request, response);
  if (Object.keys(fields).length > maxFields) throw malformed(`has more than ${maxFields} fields`);
  assertFlat(fields);
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
    // URLSearchParams would put U+FFFD for what is not UTF-8 once decoded.
    decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw malformed('is not a form in percent-encoded UTF-8');
  }
  const fields: Fields = Object.create(null) as Fields;
  for (const [name, value] of new URLSearchParams(text))
    fields[name] = name in fields ? [fields[name], value] : value;
  return fields;
}

/** The types of multer do not know its streamHandler yet. */
const multipartOptions = {
  limits: { fields: maxFields, parts: maxFields, fieldNestingDepth: 0, fieldSize: bodyLimitBytes },
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
  // multer leaves alone what it does not take for form-data.
  const { body = {} } = request;
  if (Buffer.isBuffer(body)) throw malformed('has no boundary');
  return body;
}

/**
 * Every field of every call is one value. Lists and objects end here, before anything walks through them:
 * a body of 100 KiB can be nested 50,000 deep.
 */
function assertFlat(fields: Fields): void {
  const nested = Object.keys(fields).filter(
    (field) => typeof fields[field] === 'object' && fields[field] !== null,
  );
  if (nested.length === 0) return;
  throw new InvalidRequest(nested.map((field) => ({ field, message: 'must be a single value' })));
}

function malformed(what: string): Problem {
  return new InvalidRequest([{ field: 'body', message: what }]);
}
