import { describe, expect, it } from '@jest/globals';

import { errorMessage } from './error-message.js';

describe('What is told of an error', () => {
  it('is its message', () => {
    expect(errorMessage(new Error('Connection refused'))).toBe('Connection refused');
  });

  it('is all of them for a host with several addresses', () => {
    const refused = ['::1', '127.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}:6379`));
    expect(errorMessage(new AggregateError(refused))).toBe(
      'connect ECONNREFUSED ::1:6379, connect ECONNREFUSED 127.0.0.1:6379',
    );
  });

  it('is what was thrown, where that was no error', () => {
    expect(errorMessage('lost')).toBe('lost');
  });
});
