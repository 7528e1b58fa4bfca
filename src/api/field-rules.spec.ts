import { describe, expect, it } from '@jest/globals';

import { emailError, parseTimeBound, textError, timeError } from './field-rules.js';

describe('A text of at most 5 characters', () => {
  it.each(['a', 'abcde', '🙂🙂🙂🙂🙂', ' a ', 'a\n', 'a\u200B', '\uFE0F\uFE0F\uFE0F\uFE0F\uFE0F'])(
    'may be %j',
    (text) => {
      expect(textError(text, 5)).toBeUndefined();
    },
  );

  it.each([
    [undefined, 'is required'],
    [null, 'must not be blank'],
    [5, 'must be a string'],
    [['a'], 'must be a single value'],
    ['', 'must not be blank'],
    ['\u2003\uFEFF\t', 'must not be blank'],
    // Zero-width space, soft hyphen, a control character, and the sign of a failed decoding.
    ['\u200B \u00AD\u0001\uFFFD', 'must not be blank'],
    ['a\0', 'must not contain NUL'],
    ['\uD83D', 'must not contain lone surrogates'],
    ['\uDE42\uD83D', 'must not contain lone surrogates'],
    ['abcdef', 'must have at most 5 characters'],
    ['🙂🙂🙂🙂🙂🙂', 'must have at most 5 characters'],
    // validator.js does not count variation selectors.
    ['\uFE0F'.repeat(6), 'must have at most 5 characters'],
  ])('may not be %j', (value, message) => {
    expect(textError(value, 5)).toBe(message);
  });
});

describe('An email address', () => {
  it.each(['ada@example.com', 'ü@example.com'])('may be %j', (email) => {
    expect(emailError(email)).toBeUndefined();
  });

  it.each([
    '\u200Bann@example.com',
    'ann\u00AD@example.com',
    'ann@exa\uFFFDmple.com',
    'ann\u0001@example.com',
  ])('has no invisible character: %j', (email) => {
    expect(emailError(email)).toBe('must not contain invisible characters');
  });
});

describe('A time', () => {
  it('with a raw + in a query is refused with the reason', () => {
    expect(timeError('2026-11-23T07:15:42 01:00')).toMatch(/write the \+ of an offset as %2B$/);
  });

  it.each([
    ['2026-11-23T07:15:42.872Z', '2026-11-23T07:15:42.872Z'],
    ['2026-11-23T07:15:42.872000Z', '2026-11-23T07:15:42.872Z'],
    ['2026-11-23T07:15:42.872999Z', '2026-11-23T07:15:42.873Z'],
    ['2026-11-23T08:15:42.999000001+01:00', '2026-11-23T07:15:43.000Z'],
    ['9999-12-31T23:59:59.9999Z', '9999-12-31T23:59:59.999Z'],
  ])('of %s bounds the times from %s on', (text, bound) => {
    expect(parseTimeBound(text)?.toISOString()).toBe(bound);
  });
});
