import { Injectable } from '@nestjs/common';
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';

import { Environment } from '../config/environment.js';
import { ConfigurationError } from '../config/read-environment.js';
import type { Principal } from './principal.js';

/** The one algorithm that is taken: a token does not get to choose how it is checked. */
const algorithm = 'HS256';

/** How far the clocks of who issues tokens and of this service may be apart, in seconds. */
const clockSkewSeconds = 30;

/** How many characters of tokens are remembered as checked: some ten thousand tokens. */
const rememberedCharacters = 4_000_000;

/** The actor of an event is a text of PostgreSQL, which holds neither NUL nor lone surrogates. */
const subjectPattern = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/** A token is not right; the message says in what way. */
export class InvalidToken extends Error {}

/**
 * Makes and checks the tokens of callers: JSON Web Tokens, signed with SECRET_KEY.
 * @see RFC 7519, JSON Web Token; RFC 8725, its best current practices; RFC 9068, scope and sub
 */
@Injectable()
export class TokenService {
  private readonly keys: Uint8Array[];
  private readonly checks;

  /** Tokens that were right when they were checked: checking one costs more than a cached read. */
  private readonly known = new LRUCache<string, Principal>({
    maxSize: rememberedCharacters,
    sizeCalculation: (_, token) => token.length,
  });

  constructor({ SECRET_KEY, SECRET_KEY_PREVIOUS, JWT_ISSUER, JWT_AUDIENCE }: Environment) {
    this.keys = [SECRET_KEY, SECRET_KEY_PREVIOUS].flatMap((key) => key ?? []).map(asBytes);
    this.checks = {
      algorithms: [algorithm],
      clockTolerance: clockSkewSeconds,
      requiredClaims: ['exp', 'sub'],
      ...(JWT_ISSUER !== undefined && { issuer: JWT_ISSUER }),
      ...(JWT_AUDIENCE !== undefined && { audience: JWT_AUDIENCE }),
    };
  }

  /** Who a token is for, if it was checked before and has not ended since. */
  findVerified(token: string): Principal | undefined {
    const caller = this.known.get(token);
    return caller && Date.now() < caller.expiresMs ? caller : undefined;
  }

  /**
   * Who a token is for.
   * @throws InvalidToken
   */
  async verify(token: string): Promise<Principal> {
    const caller = asCaller(await this.claimsOf(token));
    this.known.set(token, caller);
    return caller;
  }

  /**
   * Makes a token.
   * @param claims.scope the scopes, with spaces between
   * @param seconds how long it holds
   */
  sign({ subject, scope }: { subject: string; scope: string }, seconds: number): Promise<string> {
    const [key] = this.keys;
    if (!key) throw new ConfigurationError('SECRET_KEY is missing: tokens are signed with it');
    const token = new SignJWT({ scope })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setSubject(subject);
    if (this.checks.issuer !== undefined) token.setIssuer(this.checks.issuer);
    if (this.checks.audience !== undefined) token.setAudience(this.checks.audience);
    return token.setIssuedAt().setExpirationTime(`${seconds}s`).sign(key);
  }

  private async claimsOf(token: string): Promise<JWTPayload> {
    for (const key of this.keys) {
      try {
        return (await jwtVerify(token, key, this.checks)).payload;
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        // Another key may have made it; all else is wrong with it under any key.
        if (!(error instanceof errors.JWSSignatureVerificationFailed))
          throw new InvalidToken(reasonOf(error));
      }
    }
    throw new InvalidToken('Its signature is not of this service');
  }
}

function asBytes(key: string): Uint8Array {
  return new TextEncoder().encode(key);
}

function asCaller({ sub, exp = 0, scope }: JWTPayload): Principal {
  if (typeof sub !== 'string' || !subjectPattern.test(sub))
    throw new InvalidToken('Its sub must be 1 to 255 characters, none of them a control character');
  const scopes = new Set(typeof scope === 'string' ? scope.split(' ') : []);
  return { subject: sub, scopes, expiresMs: (exp + clockSkewSeconds) * 1000 };
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'It has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `Its claim ${error.claim} is missing or wrong`;
  return `It is no JSON Web Token signed with ${algorithm}`;
}
