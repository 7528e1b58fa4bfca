import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';

import { namedValues } from './fields.js';

/** The visibilities of comments: everyone who may see the ticket sees public ones, only the team sees internal ones. */
export const visibilities = namedValues('CommentVisibility', ['public', 'internal']);

/** The visibility of a comment. */
export type Visibility = (typeof visibilities)[number];

/** The authors of comments and attachments: the requester of the ticket, or the team. */
export const authors = namedValues('CommentAuthor', ['requester', 'team']);

/** The author of a comment or of an attachment. */
export type Author = (typeof authors)[number];

/** The readers of a response: the team, or the requester of the ticket. It decides which comments, counts and events they see. */
export type Audience = 'team' | 'requester';

/** The reader of a response. Every statement of an endpoint for requesters takes the address, and shows and changes only its tickets. */
export interface Reader {
  audience: Audience;
  /** The address of a requester; undefined for the team. */
  email: string | undefined;
}

/** The reader that sees everything. */
export const team: Reader = { audience: 'team', email: undefined };

/** Injects the `Reader` of a request. */
export const Reader = createParamDecorator((_: unknown, context: ExecutionContext): Reader => {
  return readerOf(context.switchToHttp().getResponse<Response>());
});

/** Returns the reader of a response. The address is empty, which no ticket has, for a token without one: it shows nothing. */
export function readerOf({ locals }: Response): Reader {
  const { principal } = locals;
  const isTeam = principal === undefined || (principal.subject !== undefined && principal.isTeam);
  return isTeam ? team : { audience: 'requester', email: principal.email ?? '' };
}

/** Converts the letters A to Z of an address to lower case, as the statements do to compare addresses, whatever the locale. */
export function lowerAddress(address: string): string {
  return address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Returns what an audience may see. Statements that show comments, counts or events take it as a parameter. */
export function visibleTo(audience: Audience): readonly Visibility[] {
  return audience === 'team' ? visibilities : ['public'];
}
