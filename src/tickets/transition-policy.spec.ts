import { describe, expect, it } from '@jest/globals';

import { ticketStatuses } from './ticket.entity.js';
import { TransitionPolicy, transitionTargets } from './transition-policy.js';

const policy = new TransitionPolicy();
const context = {
  actor: undefined,
  reader: { audience: 'team', email: undefined } as const,
  versions: undefined,
  idempotencyKey: undefined,
};

describe('TransitionPolicy', () => {
  it.each([
    ['opened', ['answered', 'closed']],
    ['answered', ['awaited', 'closed']],
    ['awaited', ['answered', 'closed']],
    ['closed', []],
  ] as const)('allows transitions from %s to exactly %j', (from, allowed) => {
    expect(ticketStatuses.filter((to) => policy.sourcesFor(to).includes(from))).toEqual(allowed);
    expect(
      policy.rejection(7, { status: from, version: 1 }, context, 'opened').extensions['allowed'],
    ).toEqual(allowed);
  });

  it.each([
    ['opened', []],
    ['answered', ['opened', 'awaited']],
    ['awaited', ['answered']],
    ['closed', ['opened', 'answered', 'awaited']],
  ] as const)('allows transitions to %s from exactly %j', (to, sources) => {
    expect(policy.sourcesFor(to)).toEqual(sources);
  });

  it('has all statuses but the first as targets', () => {
    expect(transitionTargets).toEqual(['answered', 'awaited', 'closed']);
  });

  it('allows comments on all tickets except closed ones', () => {
    expect(policy.commentable()).toEqual(ticketStatuses.filter((status) => status !== 'closed'));
  });

  it('explains a rejection to people and to programs', () => {
    const rejection = policy.rejection(7, { status: 'opened', version: 1 }, context, 'awaited');
    expect(rejection.kind).toBe('transition-not-allowed');
    expect(rejection.message).toBe('The ticket is opened: it can become answered or closed, not awaited');
    expect(rejection.extensions).toEqual({ current: 'opened', allowed: ['answered', 'closed'] });
    const closed = { status: 'closed', version: 4 } as const;
    expect(policy.rejection(7, closed, context, 'answered').message).toBe(
      'The ticket is closed: it cannot become answered',
    );
    expect(policy.rejection(7, closed, context).kind).toBe('ticket-closed');
    expect(policy.rejection(7, closed, context).extensions).toEqual({ current: 'closed', allowed: [] });
  });

  it('reports a missing ticket first, then a version that If-Match does not list', () => {
    const found = { status: 'closed', version: 4 } as const;
    expect(policy.rejection(7, undefined, { ...context, versions: [1] }).kind).toBe('not-found');
    expect(policy.rejection(7, found, { ...context, versions: [1] }, 'answered').kind).toBe(
      'precondition-failed',
    );
  });
});
