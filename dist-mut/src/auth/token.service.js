var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { emailError } from '../api/field-rules.js';
import { Environment } from '../config/environment.js';
import { ConfigurationError } from '../config/read-environment.js';
import { IssuerKeys, issuerAlgorithms } from './issuer-keys.js';
/** The algorithm of SECRET_KEY. A token chooses between it and those of the issuer, but never the key of an algorithm. */
const algorithm = 'HS256';
/** Tolerated difference between the clocks of the issuer and of this service. */
const clockSkewSeconds = 30;
/** The longest time to the expiry of a token: ten years. A later one is a mistake, such as a time in milliseconds. */
export const maxTokenSeconds = 3_653 * 24 * 60 * 60;
/** Time after which a token is verified again, because its issuer may have withdrawn its key. */
const verifiedMs = 10 * 60_000;
/** Size of the cache of verified tokens: some ten thousand tokens. */
const maxCachedCharacters = 4_000_000;
/** Subjects that can be stored as the actor of an event: PostgreSQL's text holds neither NUL nor lone surrogates. */
const subjectPattern = /^[^\p{Cc}\p{Cs}]{1,255}$/u;
/** Error whose message says why a token is invalid. */
export class InvalidToken extends Error {
}
/**
 * Signs JSON Web Tokens with SECRET_KEY, and verifies those of SECRET_KEY or of the issuer at JWT_JWKS_URL.
 * @see RFC 7519, JSON Web Token; RFC 8725, its best current practices; RFC 9068, scope and sub. Some issuers write `scope` as a list, or call it `scp`.
 */
let TokenService = class TokenService {
    environment;
    keys;
    issuer;
    options;
    /** Verified tokens, because verifying one costs more than a cached read. */
    verified = new LRUCache({
        maxSize: maxCachedCharacters,
        sizeCalculation: (_, token) => token.length,
        ttl: verifiedMs,
    });
    constructor(environment) {
        this.environment = environment;
        const { SECRET_KEY, SECRET_KEY_PREVIOUS, JWT_ISSUER, JWT_AUDIENCE, JWT_JWKS_URL } = environment;
        const encoder = new TextEncoder();
        this.issuer = JWT_JWKS_URL === undefined ? undefined : new IssuerKeys(JWT_JWKS_URL);
        this.keys = [SECRET_KEY, SECRET_KEY_PREVIOUS].flatMap((key) => (key ? encoder.encode(key) : []));
        this.options = {
            clockTolerance: clockSkewSeconds,
            requiredClaims: ['exp', 'sub'],
            ...(JWT_ISSUER !== undefined && { issuer: JWT_ISSUER }),
            ...(JWT_AUDIENCE !== undefined && { audience: JWT_AUDIENCE }),
        };
    }
    /** Returns the principal of a token that was verified before and has not expired. */
    findVerified(token) {
        const principal = this.verified.get(token);
        return principal && Date.now() < principal.expiresMs ? principal : undefined;
    }
    /** Verifies a token; returns its principal, or throws InvalidToken or IssuerUnavailable. */
    async verify(token) {
        const principal = toPrincipal(await this.verifyClaims(token), this.environment);
        this.verified.set(token, principal);
        return principal;
    }
    /** Signs a token that expires after so many seconds. Its scopes are separated by spaces. */
    sign({ subject, scope, email }, seconds) {
        const [key] = this.keys;
        if (!key)
            throw new ConfigurationError('SECRET_KEY is missing: it is required to sign tokens');
        const token = new SignJWT({
            scope,
            ...(email !== undefined && { [this.environment.JWT_EMAIL_CLAIM]: email, email_verified: true }),
        })
            .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
            .setSubject(subject);
        if (this.options.issuer !== undefined)
            token.setIssuer(this.options.issuer);
        if (this.options.audience !== undefined)
            token.setAudience(this.options.audience);
        return token.setIssuedAt().setExpirationTime(`${seconds}s`).sign(key);
    }
    async verifyClaims(token) {
        const isOfIssuer = this.issuer && issuerAlgorithms.includes(algorithmOf(token));
        try {
            if (!isOfIssuer)
                return await this.verifyBySecret(token);
            return (await jwtVerify(token, this.issuer.find, { ...this.options, algorithms: issuerAlgorithms }))
                .payload;
        }
        catch (error) {
            if (!(error instanceof errors.JOSEError))
                throw error;
            throw new InvalidToken(describeError(error, this.issuer ? 'by the issuer' : `with ${algorithm}`));
        }
    }
    async verifyBySecret(token) {
        const { issuer, options, environment } = this;
        const isAllowed = !issuer || environment.JWT_HS256;
        for (const key of isAllowed ? this.keys : []) {
            try {
                return (await jwtVerify(token, key, { ...options, algorithms: [algorithm] })).payload;
            }
            catch (error) {
                // Only a wrong signature can be right with the other key.
                if (!(error instanceof errors.JWSSignatureVerificationFailed))
                    throw error;
            }
        }
        throw isAllowed ? new errors.JWSSignatureVerificationFailed() : new errors.JOSEAlgNotAllowed();
    }
};
TokenService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Environment])
], TokenService);
export { TokenService };
/** Returns the algorithm that a token names; empty for a token of another form. */
function algorithmOf(token) {
    try {
        return decodeProtectedHeader(token).alg ?? '';
    }
    catch {
        return '';
    }
}
function toPrincipal(claims, environment) {
    const { sub, exp = 0, scope, scp } = claims;
    if (typeof sub !== 'string' || !subjectPattern.test(sub))
        throw new InvalidToken('The claim sub must have 1 to 255 characters and no control characters');
    if (exp > Date.now() / 1000 + maxTokenSeconds)
        throw new InvalidToken('The claim exp is more than ten years ahead: it must be in seconds');
    const { JWT_SCOPE_CLAIM: name } = environment;
    const names = [name === undefined ? (scope ?? scp) : claims[name]].flat();
    const scopes = new Set(names.flatMap((part) => (typeof part === 'string' ? part.split(' ') : [])));
    return {
        subject: sub,
        scopes,
        isTeam: scopes.has('tickets:read') || scopes.has('tickets:write'),
        email: emailOf(claims, environment),
        expiresMs: (exp + clockSkewSeconds) * 1000,
    };
}
/**
 * Returns the address of a token. One that its user could have entered without a proof is ignored: with an issuer, email_verified must
 * be true, unless JWT_EMAIL_TRUSTED says that the issuer knows its addresses.
 */
function emailOf(claims, environment) {
    const { JWT_EMAIL_CLAIM, JWT_EMAIL_TRUSTED, JWT_JWKS_URL } = environment;
    const email = claims[JWT_EMAIL_CLAIM];
    const { email_verified } = claims;
    const isRefuted = email_verified === false || email_verified === 'false';
    const isVerified = email_verified === true || email_verified === 'true';
    const isTrusted = isVerified || JWT_JWKS_URL === undefined || JWT_EMAIL_TRUSTED;
    const isValid = typeof email === 'string' && emailError(email) === undefined;
    return isValid && isTrusted && !isRefuted ? email : undefined;
}
function describeError(error, signer) {
    if (error instanceof errors.JWTExpired)
        return 'The token has expired';
    if (error instanceof errors.JWTClaimValidationFailed)
        return `The claim ${error.claim} is missing or invalid`;
    if (error instanceof errors.JWSSignatureVerificationFailed)
        return 'The signature of the token is invalid';
    if (error instanceof errors.JWKSNoMatchingKey)
        return 'The issuer has no key with the kid of the token';
    return `The token is not a JSON Web Token signed ${signer}`;
}
//# sourceMappingURL=token.service.js.map