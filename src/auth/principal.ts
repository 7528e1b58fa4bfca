import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';

/** All that a token can let its holder do. */
export const scopes = ['tickets:read', 'tickets:write', 'metrics:read'] as const;

/** One thing that a token can let its holder do. */
export type Scope = (typeof scopes)[number];

/** Who calls, by a token that was found to be right. */
export interface Principal {
  /** The subject of the token: who it was made for. */
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
  /** When the token is taken no longer, in milliseconds since 1970. */
  readonly expiresMs: number;
}

/** Nobody who is known: a call without a token, or with one that is wrong for the reason given. */
export interface Anonymous {
  readonly subject?: never;
  readonly expiresMs?: never;
  readonly reason?: string;
}

/** Notes who makes the call that this is the answer to. */
export function setPrincipal(response: Response, caller: Principal | Anonymous): void {
  response.locals['caller'] = caller;
}

/** Who makes that call; a stranger, too, where nobody is asked. */
export function principalOf(response: Response): Principal | Anonymous {
  return (response.locals['caller'] as Principal | Anonymous | undefined) ?? {};
}

/** When the token of the caller is taken no longer, in milliseconds since 1970; undefined where nobody is asked. */
export const TokenExpiry = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    principalOf(context.switchToHttp().getResponse<Response>()).expiresMs,
);

/** The actor of a change, for its history: the subject of the caller; undefined where nobody is asked. */
export const Actor = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    principalOf(context.switchToHttp().getResponse<Response>()).subject,
);
