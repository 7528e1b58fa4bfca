import { describe, expect, it } from '@jest/globals';

import { textError } from './field-rules.js';

describe('A text of at most 5 characters', () => {
  it.each(['a', 'abcde', '🙂🙂🙂🙂🙂', ' a ', 'a\n', '\u0001', '\uFE0F\uFE0F\uFE0F\uFE0F\uFE0F'])(
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
