import { SignJWT } from 'jose';

import { key as usualKey } from './service.js';

/** What a token says, besides the usual. */
interface Claims {
  sub?: string | null;
  /** Null leaves the claim out, here and below. */
  scope?: string | null;
  /** In so many seconds; a negative number is in the past. */
  exp?: number | null;
  nbf?: number;
  iss?: string;
  aud?: string;
}

/** A token as another issuer with the same key would make it. */
export function token(claims: Claims = {}, key = usualKey, alg = 'HS256'): Promise<string> {
  const { sub = 'billing', scope = 'tickets:read tickets:write', exp = 60, nbf, iss, aud } = claims;
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    ...(scope !== null && { scope }),
    ...(sub !== null && { sub }),
    ...(exp !== null && { exp: now + exp }),
    ...(nbf !== undefined && { nbf: now + nbf }),
    ...(iss !== undefined && { iss }),
    ...(aud !== undefined && { aud }),
  };
  return new SignJWT(payload).setProtectedHeader({ alg }).sign(new TextEncoder().encode(key));
}

/** A token that nobody has signed. */
export function unsigned(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: 'billing', exp: 9_999_999_999, scope: 'tickets:write' })}.`;
}
