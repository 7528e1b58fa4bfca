import { createParamDecorator } from '@nestjs/common';
import { namedValues } from './fields.js';
/** The visibilities of comments: everyone who may see the ticket sees public ones, only the team sees internal ones. */
export const visibilities = namedValues('CommentVisibility', ['public', 'internal']);
/** The authors of comments and attachments: the requester of the ticket, or the team. */
export const authors = namedValues('CommentAuthor', ['requester', 'team']);
/** Injects the `Audience` of a request. */
export const Audience = createParamDecorator((_, context) => {
    return readerOf(context.switchToHttp().getResponse()).audience;
});
/** The reader that sees everything. */
export const team = { audience: 'team', email: undefined };
/** Injects the `Reader` of a request. */
export const Reader = createParamDecorator((_, context) => {
    return readerOf(context.switchToHttp().getResponse());
});
/** Returns the reader of a response. The address is empty, which no ticket has, for a token without one: it shows nothing. */
export function readerOf({ locals }) {
    const { principal } = locals;
    const isTeam = principal === undefined || (principal.subject !== undefined && principal.isTeam);
    return isTeam ? team : { audience: 'requester', email: principal.email ?? '' };
}
/** Converts the letters A to Z of an address to lower case, as the statements do to compare addresses, whatever the locale. */
export function lowerAddress(address) {
    return address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
/** Returns what an audience may see. Statements that show comments, counts or events take it as a parameter. */
export function visibleTo(audience) {
    return audience === 'team' ? visibilities : ['public'];
}
//# sourceMappingURL=audience.js.map