import type { Author } from '../api/audience.js';
import { InvalidRequest, type FieldError } from '../api/problem.js';
import { ValidationPipe } from '../api/validation.pipe.js';

import { ImportedCommentDto, ImportedTicketDto } from './import-line.dto.js';
import type { ImportedCommentColumns, ImportedTicketColumns } from './import-line.dto.js';

/** A comment as the import stores it. */
type NewComment = ImportedCommentColumns & { author: Author; redacted_at: string | null };

/** A ticket as the import stores it. */
export interface NewTicket {
  ticket: ImportedTicketColumns & { external_id: string };
  /** The external id of the ticket that it follows. */
  follows: string | undefined;
  comments: NewComment[];
}

/** A line that cannot be imported, with the external id if it has one. */
export interface InvalidLine {
  external_id: string | null;
  errors: FieldError[];
}

type Fields = Record<string, unknown>;

const validation = new ValidationPipe();

/** Fields of an export that the service sets itself. */
const ownTicketFields = new Set(['version', 'comment_count', 'internal_comment_count', 'comments']);
const ownCommentFields = new Set(['id', 'ticket_id', 'ticket_version']);

/** Parses a line; undefined for one without a ticket: an empty line, and the first line of an export. */
export function parseLine(text: string): NewTicket | InvalidLine | undefined {
  if (text.trim() === '') return undefined;
  const line = parseJson(text);
  if (typeof line !== 'object' || line === null || Array.isArray(line))
    return { external_id: null, errors: [{ field: 'line', message: 'is not a JSON object' }] };
  if ('cursor' in line) return undefined;
  return validate(line as Fields);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function validate(line: Fields): NewTicket | InvalidLine {
  const errors: FieldError[] = [];
  const collect = <Dto>(type: new () => Dto, fields: Fields, prefix = ''): Dto => {
    try {
      return validation.transform(fields, { type: 'body', metatype: type }) as Dto;
    } catch (error) {
      if (!(error instanceof InvalidRequest)) throw error;
      for (const { field, message } of error.extensions['errors'] as FieldError[])
        errors.push({ field: prefix + field, message });
      return fields as Dto;
    }
  };
  const dto = collect(ImportedTicketDto, without(line, ownTicketFields));
  const external_id = dto.external_id ?? (dto.id === undefined ? null : `ticket:${dto.id}`);
  const comments = commentsOf(line['comments'], errors).map((fields, n) =>
    collect(ImportedCommentDto, without(fields, ownCommentFields), `comments[${n}].`),
  );
  if (external_id === null) errors.push({ field: 'external_id', message: 'is required' });
  if (dto.closed_at && dto.status !== 'closed')
    errors.push({ field: 'closed_at', message: 'must be null because the ticket is not closed' });
  if (external_id === null || errors.length > 0)
    return { external_id: typeof external_id === 'string' ? external_id : null, errors };
  return toTicket(dto, external_id, comments);
}

function commentsOf(value: unknown, errors: FieldError[]): Fields[] {
  const list: unknown[] = Array.isArray(value) ? value : [];
  if (value !== undefined && value !== null && !Array.isArray(value))
    errors.push({ field: 'comments', message: 'must be a list' });
  const isObject = (item: unknown): item is Fields =>
    typeof item === 'object' && item !== null && !Array.isArray(item);
  list.forEach((item, n) => {
    if (!isObject(item)) errors.push({ field: `comments[${n}]`, message: 'must be an object' });
  });
  return list.every(isObject) ? list : [];
}

function without(fields: Fields, names: ReadonlySet<string>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.has(name)));
}

/** Fills in what a line leaves out. */
function toTicket(dto: ImportedTicketDto, external_id: string, given: ImportedCommentDto[]): NewTicket {
  const { follows, follows_external_id } = dto;
  const created_at = dto.created_at ?? new Date().toISOString();
  const comments = toComments(given, dto.email, created_at);
  const last = comments.at(-1)?.created_at ?? created_at;
  const updated_at = dto.updated_at ?? latest(created_at, last, dto.status_changed_at, dto.closed_at);
  const isClosed = dto.status === 'closed';
  const closed_at = isClosed ? (dto.closed_at ?? dto.status_changed_at ?? updated_at) : null;
  const unchanged = (dto.status ?? 'opened') === 'opened' ? created_at : updated_at;
  const status_changed_at = dto.status_changed_at ?? closed_at ?? unchanged;
  const isResponse = ({ author, visibility }: NewComment) => author === 'team' && visibility !== 'internal';
  const response = comments.find(isResponse)?.created_at ?? null;
  const first_response_at = dto.first_response_at === undefined ? response : dto.first_response_at;
  const times = { created_at, updated_at, status_changed_at, first_response_at, closed_at };
  const followed = follows_external_id ?? (follows ? `ticket:${follows}` : undefined);
  return { ticket: { ...dto, ...times, external_id }, follows: followed, comments };
}

/** Orders the comments by their times. One without a time has that of the comment before it, the first one that of the ticket. */
function toComments(given: ImportedCommentDto[], requester: string, ticketTime: string): NewComment[] {
  let time = ticketTime;
  const complete = given.map((comment): NewComment => {
    const isRequester = comment.email.toLowerCase() === requester.toLowerCase();
    const author = comment.author ?? (isRequester ? 'requester' : 'team');
    time = comment.created_at ?? time;
    return { ...comment, author, created_at: time, redacted_at: comment.redacted_at ?? null };
  });
  return complete.sort((a, b) => Date.parse(a.created_at ?? '') - Date.parse(b.created_at ?? ''));
}

/** Returns the latest of the times. All have the same form, so that their order is that of their texts. */
function latest(first: string, ...times: (string | null | undefined)[]): string {
  return times.reduce<string>((last, time) => (time && time > last ? time : last), first);
}
