import { Injectable } from '@nestjs/common';
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';

import { Environment } from '../config/environment.js';
import { ConfigurationError } from '../config/read-environment.js';
import type { Principal } from './principal.js';

/** The only accepted algorithm, because a token must not choose how it is verified. */
const algorithm = 'HS256';

/** Tolerated difference between the clocks of the issuer and of this service. */
const clockSkewSeconds = 30;

/** The longest time to the expiry of a token: ten years. A later one is a mistake, such as a time in milliseconds. */
export const maxTokenSeconds = 3_653 * 24 * 60 * 60;

/** Size of the cache of verified tokens: some ten thousand tokens. */
const maxCachedCharacters = 4_000_000;

/** Subjects that can be stored as the actor of an event: PostgreSQL's text holds neither NUL nor lone surrogates. */
const subjectPattern = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/** Error whose message says why a token is invalid. */
export class InvalidToken extends Error {}

/**
 * Signs and verifies JSON Web Tokens with SECRET_KEY.
 * @see RFC 7519, JSON Web Token; RFC 8725, its best current practices; RFC 9068, scope and sub. Some issuers write `scope` as a list, or call it `scp`.
 */
@Injectable()
export class TokenService {
  private readonly keys: Uint8Array[];
  private readonly options;

  /** Verified tokens, because verifying one costs more than a cached read. */
  private readonly verified = new LRUCache<string, Principal>({
    maxSize: maxCachedCharacters,
    sizeCalculation: (_, token) => token.length,
  });

  constructor({ SECRET_KEY, SECRET_KEY_PREVIOUS, JWT_ISSUER, JWT_AUDIENCE }: Environment) {
    const encoder = new TextEncoder();
    this.keys = [SECRET_KEY, SECRET_KEY_PREVIOUS].flatMap((key) => (key ? encoder.encode(key) : []));
    this.options = {
      algorithms: [algorithm],
      clockTolerance: clockSkewSeconds,
      requiredClaims: ['exp', 'sub'],
      ...(JWT_ISSUER !== undefined && { issuer: JWT_ISSUER }),
      ...(JWT_AUDIENCE !== undefined && { audience: JWT_AUDIENCE }),
    };
  }

  /** Returns the principal of a token that was verified before and has not expired. */
  findVerified(token: string): Principal | undefined {
    const principal = this.verified.get(token);
    return principal && Date.now() < principal.expiresMs ? principal : undefined;
  }

  /** Verifies a token; returns its principal, or throws InvalidToken. */
  async verify(token: string): Promise<Principal> {
    const principal = toPrincipal(await this.verifyClaims(token));
    this.verified.set(token, principal);
    return principal;
  }

  /** Signs a token that expires after so many seconds. Its scopes are separated by spaces. */
  sign({ subject, scope }: { subject: string; scope: string }, seconds: number): Promise<string> {
    const [key] = this.keys;
    if (!key) throw new ConfigurationError('SECRET_KEY is missing: it is required to sign tokens');
    const token = new SignJWT({ scope })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setSubject(subject);
    if (this.options.issuer !== undefined) token.setIssuer(this.options.issuer);
    if (this.options.audience !== undefined) token.setAudience(this.options.audience);
    return token.setIssuedAt().setExpirationTime(`${seconds}s`).sign(key);
  }

  private async verifyClaims(token: string): Promise<JWTPayload> {
    for (const key of this.keys) {
      try {
        return (await jwtVerify(token, key, this.options)).payload;
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        // Only a wrong signature can be right with the other key.
        if (!(error instanceof errors.JWSSignatureVerificationFailed))
          throw new InvalidToken(describeError(error));
      }
    }
    throw new InvalidToken('The signature of the token is invalid');
  }
}

function toPrincipal({ sub, exp = 0, scope, scp }: JWTPayload): Principal {
  if (typeof sub !== 'string' || !subjectPattern.test(sub))
    throw new InvalidToken('The claim sub must have 1 to 255 characters and no control characters');
  if (exp > Date.now() / 1000 + maxTokenSeconds)
    throw new InvalidToken('The claim exp is more than ten years ahead: it must be in seconds');
  const names = [scope ?? scp].flat().filter((part) => typeof part === 'string');
  const scopes = new Set(names.flatMap((part) => part.split(' ')));
  return { subject: sub, scopes, expiresMs: (exp + clockSkewSeconds) * 1000 };
}

function describeError(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The claim ${error.claim} is missing or invalid`;
  return `The token is not a JSON Web Token signed with ${algorithm}`;
}
