import { SignJWT } from 'jose';

import { secretKey } from './service.js';

/** Claims of a token; omitted ones get a valid default. */
interface Claims {
  sub?: string | null;
  /** Null omits the claim; likewise below. */
  scope?: string | string[] | null;
  /** The scopes as some issuers call them. */
  scp?: string | string[];
  /** Seconds from now; negative values lie in the past. */
  exp?: number | null;
  nbf?: number;
  iss?: string;
  aud?: string;
  email?: string;
  email_verified?: boolean | string;
}

/** Signs a token without the code of the service, by default with its key. */
export function token(claims: Claims = {}, key = secretKey, alg = 'HS256'): Promise<string> {
  const { sub = 'billing', scope = 'tickets:read tickets:write', exp = 60, nbf, iss, aud, scp } = claims;
  const { email, email_verified } = claims;
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    ...(scope !== null && { scope }),
    ...(scp !== undefined && { scp }),
    ...(sub !== null && { sub }),
    ...(exp !== null && { exp: now + exp }),
    ...(nbf !== undefined && { nbf: now + nbf }),
    ...(iss !== undefined && { iss }),
    ...(aud !== undefined && { aud }),
    ...(email !== undefined && { email }),
    ...(email_verified !== undefined && { email_verified }),
  };
  return new SignJWT(payload).setProtectedHeader({ alg }).sign(new TextEncoder().encode(key));
}

/** A token without a signature (`alg: none`). */
export function unsigned(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: 'billing', exp: 9_999_999_999, scope: 'tickets:write' })}.`;
}
