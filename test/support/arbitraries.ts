import fc from 'fast-check';

import type { Operation, Schema } from './openapi.js';

/** Error-prone characters: controls, bidirectional marks, emoji, combining and unassigned ones; no NUL. */
const character = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  fc.constantFrom(
    '\u0001',
    '\u202E',
    '\u2066',
    '🙂',
    'e\u0301',
    '\uFFFD',
    '\u{10FFFF}',
    '\uFE0F',
    '%',
    '&',
    '=',
    '+',
    '"',
  ),
);
const textOf = (max: number) =>
  fc
    .array(character, { minLength: 1, maxLength: Math.min(max, 200) })
    .map((characters) => Array.from(characters.join('')).slice(0, max).join(''))
    .filter(
      (text) =>
        text.replace(/[\p{Cf}\p{Cc}\uFFFD]/gu, '').trim() !== '' &&
        !text.includes('\0') &&
        text.isWellFormed(),
    );

/** Values that a schema allows, as strings of a form or a query. */
export function valid(schema: Schema): fc.Arbitrary<string> {
  if (schema.items) return valid(schema.items);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const [type] = [schema.type].flat();
  if (type === 'integer') {
    return fc.integer({ min: schema.minimum ?? 1, max: schema.maximum ?? 2 ** 31 }).map(String);
  }
  if (schema.format === 'file-name') return fc.constantFrom('a.txt', 'Cafe\u0301 "1".pdf', '語'.repeat(85));
  if (schema.format === 'email')
    return fc.constantFrom('ada@example.com', "o'hara+x@sub.example.org", 'ü@example.com');
  if (schema.format === 'date-time') {
    const noInvalidDate = true;
    return fc
      .date({ min: new Date('1970-01-01'), max: new Date('9998-01-01'), noInvalidDate })
      .map((d) => d.toISOString());
  }
  if (schema.pattern && schema.pattern !== '\\S') return fc.stringMatching(new RegExp(schema.pattern));
  return textOf(schema.maxLength ?? 50);
}

/** Values that a schema does not allow. */
export function invalid(schema: Schema): fc.Arbitrary<string> {
  if (schema.items) return invalid(schema.items);
  if (schema.enum) return textOf(20).filter((text) => !schema.enum?.includes(text));
  const [type] = [schema.type].flat();
  if (type === 'integer')
    return fc.constantFrom(
      ...(schema.minimum === 0 ? [] : ['0']),
      '-1',
      '01',
      '1e3',
      '1.5',
      '+1',
      'NaN',
      ' 1',
      '0x1',
      '１',
    );
  if (schema.format === 'file-name') return fc.constantFrom('', '..', 'a/b', 'a\\b', 'a\nb', '語'.repeat(86));
  if (schema.format === 'email')
    return fc.constantFrom('', 'ada', 'ada@', '@example.com', 'a b@example.com', ' a@b.co');
  if (schema.format === 'date-time')
    return fc.constantFrom('', 'now', '2026-01-01', '2026-13-01T00:00:00Z', '1');
  return fc.constantFrom('', ' ', '\u2003', 'a\0', 'x'.repeat((schema.maxLength ?? 50) + 1));
}

/** Values of the request headers of an operation, some of them malformed. */
export function headersOf(operation: Operation) {
  return fc.record(
    Object.fromEntries(
      operation.parameters
        .filter((parameter) => parameter.in === 'header')
        .map(({ name }) => [
          name,
          name === 'Idempotency-Key'
            ? fc.uuid()
            : fc.constantFrom('*', '"1"', 'W/"2"', '"1", "2"', 'x', '"99999999999999999999"', ','),
        ]),
    ),
    { requiredKeys: [] },
  );
}
