import { createParamDecorator } from '@nestjs/common';

import { namedValues } from './fields.js';

/** The visibilities of comments: everyone who may see the ticket sees public ones, only the team sees internal ones. */
export const visibilities = namedValues('CommentVisibility', ['public', 'internal']);

/** The visibility of a comment. */
export type Visibility = (typeof visibilities)[number];

/** The readers of a response: the team, or the requester of the ticket. It decides which comments, counts and events they see. */
export type Audience = 'team' | 'requester';

/** Injects the `Audience` of a request. */
export const Audience = createParamDecorator((): Audience => audienceOf());

/** Returns the audience of the caller. Every caller belongs to the team, because no scope is limited to a requester. */
export function audienceOf(): Audience {
  return 'team';
}

/** Returns what an audience may see. Statements that show comments, counts or events take it as a parameter. */
export function visibleTo(audience: Audience): readonly Visibility[] {
  return audience === 'team' ? visibilities : ['public'];
}
