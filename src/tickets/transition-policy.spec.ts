import { describe, expect, it } from '@jest/globals';

import { ticketStatuses } from './ticket-status.js';
import { TransitionPolicy } from './transition-policy.js';

const policy = new TransitionPolicy();

describe('TransitionPolicy', () => {
  it.each([
    ['opened', ['answered', 'closed']],
    ['answered', ['awaited', 'closed']],
    ['awaited', ['answered', 'closed']],
    ['closed', []],
  ] as const)('lets %s become %j and nothing else', (from, allowed) => {
    expect(policy.allowedFrom(from)).toEqual(allowed);
  });

  it.each([
    ['opened', []],
    ['answered', ['opened', 'awaited']],
    ['awaited', ['answered']],
    ['closed', ['opened', 'answered', 'awaited']],
  ] as const)('lets %s be reached from %j and nothing else', (to, sources) => {
    expect(policy.sourcesFor(to)).toEqual(sources);
  });

  it('lets every ticket but a closed one take a comment', () => {
    expect(policy.commentable()).toEqual(ticketStatuses.filter((status) => status !== 'closed'));
  });

  it('explains a refusal to people and to programs', () => {
    const refusal = policy.transitionError('opened', 'awaited');
    expect(refusal.kind).toBe('transition-not-allowed');
    expect(refusal.message).toBe('The ticket is opened and may become answered or closed, not awaited');
    expect(refusal.extensions).toEqual({ current: 'opened', allowed: ['answered', 'closed'] });
    expect(policy.transitionError('closed', 'answered').message).toBe(
      'The ticket is closed and stays so, not answered',
    );
    expect(policy.commentError('closed').extensions).toEqual({ current: 'closed', allowed: [] });
  });
});
