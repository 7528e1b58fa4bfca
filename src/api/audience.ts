import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';

import { namedValues } from './fields.js';

/** The visibilities of comments: everyone who may see the ticket sees public ones, only the team sees internal ones. */
export const visibilities = namedValues('CommentVisibility', ['public', 'internal']);

/** The visibility of a comment. */
export type Visibility = (typeof visibilities)[number];

/** The readers of a response: the team, or the requester of the ticket. It decides which comments, counts and events they see. */
export type Audience = 'team' | 'requester';

/** Injects the `Audience` of a request. */
export const Audience = createParamDecorator((_: unknown, context: ExecutionContext): Audience => {
  return readerOf(context.switchToHttp().getResponse<Response>()).audience;
});

/** The reader of a response. Every statement of an endpoint for requesters takes the address, and shows and changes only its tickets. */
export interface Reader {
  audience: Audience;
  /** The address of a requester; undefined for the team. */
  email: string | undefined;
}

/** Injects the `Reader` of a request. */
export const Reader = createParamDecorator((_: unknown, context: ExecutionContext): Reader => {
  return readerOf(context.switchToHttp().getResponse<Response>());
});

/** Returns the reader of a response. The address is empty, which no ticket has, for a token without one: it shows nothing. */
export function readerOf({ locals }: Response): Reader {
  const { principal } = locals;
  const isTeam = principal === undefined || (principal.subject !== undefined && principal.isTeam);
  return isTeam
    ? { audience: 'team', email: undefined }
    : { audience: 'requester', email: principal.email ?? '' };
}

/** Returns what an audience may see. Statements that show comments, counts or events take it as a parameter. */
export function visibleTo(audience: Audience): readonly Visibility[] {
  return audience === 'team' ? visibilities : ['public'];
}
