import { ValidateBy, ValidateIf, isEmail, isRFC3339 } from 'class-validator';

/** A function that returns an error message for a value, or undefined for a valid one. */
export type Rule = (value: unknown) => string | undefined;

/** Applies a rule to a property, through class-validator. */
export function Satisfies(rule: Rule): PropertyDecorator {
  return ValidateBy({
    name: 'satisfies',
    validator: {
      validate: (value) => rule(value) === undefined,
      defaultMessage: (input) => rule(input?.value) ?? '',
    },
  });
}

/** Skips the rules of a property that is absent. Null is a value, and is checked. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/**
 * Characters that show nothing: format and control characters but tab and line ends, and the replacement character of a failed
 * decoding.
 */
const invisible = /[\p{Cf}\uFFFD]|(?![\t\n\r])\p{Cc}/gu;

function isBlank(text: string): boolean {
  return text.replace(invisible, '').trim() === '';
}

/** Checks for a text of 1 to `max` code points that PostgreSQL can store; returns an error message or undefined. */
export function textError(value: unknown, max: number): string | undefined {
  if (value === undefined) return 'is required';
  // An empty field of a form is null.
  if (value === null || (typeof value === 'string' && isBlank(value))) return 'must not be blank';
  return stringError(value, max);
}

function stringError(value: unknown, max: number): string | undefined {
  if (typeof value === 'object') return 'must be a single value';
  if (typeof value !== 'string') return 'must be a string';
  if (value.includes('\0')) return 'must not contain NUL';
  if (!value.isWellFormed()) return 'must not contain lone surrogates';
  // PostgreSQL counts code points. There are never more of them than the UTF-16 units of .length.
  if (value.length > max && Array.from(value).length > max) return `must have at most ${max} characters`;
  return undefined;
}

/** Checks a text for a pattern; returns an error message or undefined. */
export function patternError(value: string, pattern: string): string | undefined {
  return new RegExp(pattern).test(value) ? undefined : `must match ${pattern}`;
}

/** The length limit of an address (RFC 5321, section 4.5.3.1.3). */
export const maxEmailLength = 254;

/** Checks for an email address; returns an error message or undefined. */
export function emailError(value: unknown): string | undefined {
  const error = textError(value, maxEmailLength);
  if (error !== undefined) return error;
  if (String(value).search(invisible) >= 0) return 'must not contain invisible characters';
  if (isEmail(value)) return undefined;
  return /^\S+ \S*@\S+$/.test(String(value)) ? plusMessage : 'must be an email address';
}

const plusMessage = 'must be an email address; in a query or a form, write + as %2B';

/** A text without white space, unless it begins with a quotation mark as some addresses do. */
export const addressPattern = '^(\\S+|".+)$';

/** Checks for a text that can be an address; returns an error message or undefined. */
export function addressError(value: unknown): string | undefined {
  return (
    textError(value, maxEmailLength) ??
    (new RegExp(addressPattern).test(String(value)) ? undefined : plusMessage)
  );
}

/** Checks for an RFC 3339 time in the years 1000 to 9999; returns an error message or undefined. */
export function timeError(value: unknown): string | undefined {
  const message = 'must be a time such as 2026-11-23T07:15:42.505Z';
  if (typeof value === 'string' && /T.+ \d\d:\d\d$/i.test(value))
    return `${message}; in a query or a form, write the + of an offset as %2B`;
  if (typeof value === 'string' && /T[\d:.]+$/i.test(value))
    return `${message}; add Z, or an offset such as +01:00`;
  if (typeof value !== 'string' || !/^[1-9]\d{3}-/.test(value) || !isRFC3339(value)) return message;
  // Date would roll 30 February over into March.
  const [year = 0, month = 0, day = 0] = value.slice(0, 10).split('-').map(Number);
  const isOnCalendar = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  return isOnCalendar && !Number.isNaN(Date.parse(value)) ? undefined : message;
}

/** Checks for a time that still has a year of four digits in UTC; returns an error message or undefined. */
export function storedTimeError(value: unknown): string | undefined {
  const isTooLate = () => Date.parse(value as string) > Date.parse('9999-12-31T23:59:59.999Z');
  return timeError(value) ?? (isTooLate() ? 'must be before the year 10000' : undefined);
}

/** Checks for the id of a row; returns an error message or undefined. */
export function idError(value: unknown): string | undefined {
  const isId = Number.isSafeInteger(value) && (value as number) > 0;
  return isId ? undefined : 'must be a positive integer, written without sign or leading zeros';
}

/** The notation of lists in forms and queries, for error messages. */
export const listNotation = 'in a form or a query, repeat the name for each value, as name=a&name=b';

/** Checks for a list of at most `max` texts of this pattern; returns an error message or undefined. */
export function setError(value: unknown, max: number, pattern: string): string | undefined {
  if (!Array.isArray(value)) return `must be a list: ${listNotation}`;
  if (value.length > max) return `must have at most ${max} values`;
  const expression = new RegExp(pattern);
  const isValid = value.every((text) => typeof text === 'string' && expression.test(text));
  return isValid ? undefined : `must have values that match ${pattern}`;
}

/** Checks for a map of at most `max` keys of this pattern to texts or null; returns an error message or undefined. */
export function mapError(value: unknown, max: number, keys: string, maxLength: number): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'must be a map: in a form or a query, name[key]=value for each key';
  const entries = Object.entries(value);
  if (entries.length > max) return `must have at most ${max} keys`;
  const expression = new RegExp(keys);
  if (!entries.every(([key]) => expression.test(key))) return `must have keys that match ${keys}`;
  for (const [key, text] of entries) {
    const error = text === null ? undefined : stringError(text, maxLength);
    if (error !== undefined) return `${error} in ${key}`;
  }
  return undefined;
}

/** The times of an ISO string with a year of four digits. */
const [minTime, maxTime] = [Date.UTC(1000, 0), Date.UTC(10_000, 0) - 1];

/**
 * Parses a time into the first millisecond that is not before it; undefined for an invalid one. A bound between two
 * milliseconds separates the same times as the later one, because the service's times are whole milliseconds.
 */
export function parseTimeBound(value: unknown): Date | undefined {
  if (timeError(value) !== undefined) return undefined;
  const isBetween = /\.\d{3}\d*[1-9]/.test(String(value));
  return new Date(Math.min(Math.max(Date.parse(String(value)) + Number(isBetween), minTime), maxTime));
}

/** Checks for one of these values; returns an error message or undefined. */
export function choiceError(value: unknown, values: readonly string[]): string | undefined {
  return values.includes(value as string) ? undefined : `must be one of ${values.join(', ')}`;
}

/** Parses a positive integer in its canonical form; undefined for anything else, such as 0, 07, 1e3 or +7. */
export function parseInteger(value: unknown): number | undefined {
  return typeof value === 'string' && /^[1-9]\d*$/.test(value) ? Number(value) : undefined;
}
