import { createRemoteJWKSet, customFetch, errors } from 'jose';
/** Algorithms of the keys of an issuer. Its keys are public, so none of them may be taken as the secret of HS256. */
export const issuerAlgorithms = ['RS256', 'ES256', 'PS256', 'EdDSA'];
/** Time between two fetches of the keys, even if the first one failed. */
const cooldownMs = 30_000;
/** Age at which the keys are fetched again. Tokens are verified with the known keys meanwhile. */
const maxAgeMs = 10 * 60_000;
/** Time limit of a fetch. Only tokens with an unknown key wait for it. */
const fetchTimeoutMs = 3_000;
/** Error that an unknown key cannot be looked up now, because the issuer does not respond. */
export class IssuerUnavailable extends Error {
}
/**
 * The public keys of an issuer (RFC 7517, JSON Web Key Set), fetched at the first token and again for an unknown `kid`. Known keys
 * stay valid while the issuer does not respond.
 */
export class IssuerKeys {
    fetchedMs = -Infinity;
    keys;
    constructor(url) {
        this.keys = createRemoteJWKSet(new URL(url), {
            timeoutDuration: fetchTimeoutMs,
            cooldownDuration: cooldownMs,
            // The age is checked here, because jose would make tokens wait for the fetch.
            cacheMaxAge: Infinity,
            [customFetch]: (address, options) => this.fetchOnce(address, options),
        });
    }
    /** Returns the key of a token; throws IssuerUnavailable, or an error of jose if there is none. */
    find = async (header, token) => {
        if (this.keys.jwks() && Date.now() - this.fetchedMs > maxAgeMs)
            this.keys.reload().catch(() => undefined);
        try {
            return await this.keys(header, token);
        }
        catch (error) {
            const isUnknown = error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
            throw isUnknown ? error : new IssuerUnavailable('The issuer of tokens does not respond');
        }
    };
    /** Fetches the keys, but not within the cooldown: jose has one after successful fetches only. */
    async fetchOnce(...[address, options]) {
        if (Date.now() - this.fetchedMs < cooldownMs)
            throw new IssuerUnavailable('The last fetch has failed');
        this.fetchedMs = Date.now();
        return fetch(address, options);
    }
}
//# sourceMappingURL=issuer-keys.js.map