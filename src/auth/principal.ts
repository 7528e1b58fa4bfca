/** The scopes that a token can grant. */
export const scopes = [
  'tickets:read',
  'tickets:write',
  'tickets:own',
  'tickets:import',
  'tickets:erase',
  'webhooks:manage',
  'metrics:read',
] as const;

/** One scope that a token can grant. */
export type Scope = (typeof scopes)[number];

/** Caller with a valid token. */
export interface Principal {
  /** Claim `sub` of the token. */
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
  /** True if the token is the team's, by tickets:read or tickets:write. It then reads all tickets, even with tickets:own. */
  readonly isTeam: boolean;
  /** Address of the holder, for tickets:own; undefined without a claim that can be trusted. */
  readonly email: string | undefined;
  /** Time at which the token expires, in milliseconds since 1970. */
  readonly expiresMs: number;
}

/** Caller without a token, or with an invalid one. */
export interface Anonymous {
  readonly email?: never;
  readonly subject?: never;
  readonly expiresMs?: never;
  /** Reason why the token is invalid; undefined without a token. */
  readonly reason?: string;
  /** True if the token cannot be verified now, because its issuer does not respond. */
  readonly isUnverified?: boolean;
}

declare global {
  namespace Express {
    interface Locals {
      /** Set by the middleware `authenticate`; undefined if authentication is off. */
      principal?: Principal | Anonymous;
    }
  }
}
