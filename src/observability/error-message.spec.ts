import { describe, expect, it } from '@jest/globals';

import { errorMessage } from './error-message.js';

describe('errorMessage', () => {
  it('returns the message of an error', () => {
    expect(errorMessage(new Error('Connection refused'))).toBe('Connection refused');
  });

  it('joins the messages of a host with several addresses', () => {
    const refused = ['::1', '127.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}:6379`));
    expect(errorMessage(new AggregateError(refused))).toBe(
      'connect ECONNREFUSED ::1:6379, connect ECONNREFUSED 127.0.0.1:6379',
    );
  });

  it('converts a thrown value that is not an error to text', () => {
    expect(errorMessage('lost')).toBe('lost');
  });
});
