import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Provider, type Configuration } from 'oidc-provider';

/** The algorithms that an issuer signs with. */
export const algorithms = ['RS256', 'ES256', 'PS256', 'EdDSA'] as const;
type Algorithm = (typeof algorithms)[number];

/** What an issuer does with requests for its keys. */
type KeysMode = 'answers' | 'fails' | 'hangs';

const audience = 'https://tickets.example.com';
const client = { client_id: 'portal', client_secret: 'the secret of the portal' };

/** An issuer of tokens: an OpenID provider on a port of its own, whose client gets tokens by its credentials. */
export class Issuer {
  /** Requests for the keys so far. */
  fetches = 0;
  mode: KeysMode = 'answers';
  private handle: RequestListener = () => undefined;
  private claims: object = {};
  private algorithm: Algorithm = 'RS256';
  private page: string | undefined;

  private constructor(private readonly server: Server) {}

  /** Starts an issuer with a key for each algorithm. */
  static async start(): Promise<Issuer> {
    const server = createServer();
    const issuer = new Issuer(server);
    server.on('request', (request, response) => {
      if (request.url === '/jwks') {
        issuer.fetches++;
        if (issuer.mode === 'hangs') return;
        if (issuer.mode === 'fails') {
          response.writeHead(500).end();
          return;
        }
      }
      issuer.handle(request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    await issuer.rotate();
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Environment of a service that takes the tokens of this issuer. */
  get environment() {
    return {
      AUTH_REQUIRED: 'true',
      JWT_JWKS_URL: `${this.url}/jwks`,
      JWT_ISSUER: this.url,
      JWT_AUDIENCE: audience,
    };
  }

  /** Replaces all keys by new ones. */
  async rotate(): Promise<void> {
    const keys = await Promise.all(algorithms.map(createKey));
    const provider = new Provider(this.url, this.configuration(keys));
    const callback = provider.callback();
    this.handle = (request, response) => void callback(request, response);
  }

  /** Registers a page whose users log in by the authorization code flow. Of a user `ada` the token has the address ada@example.com. */
  async register(page: string): Promise<void> {
    this.page = page;
    await this.rotate();
  }

  /** Returns a token by the client credentials flow. */
  async token(
    scope: string,
    claims: object = {},
    algorithm: Algorithm = 'RS256',
    resource = audience,
  ): Promise<string> {
    Object.assign(this, { claims, algorithm });
    const response = await fetch(`${this.url}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource, ...client }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  }

  /** Returns the public keys. */
  async publicKeys(): Promise<JWK[]> {
    const before = this.fetches;
    const { keys } = (await (await fetch(`${this.url}/jwks`)).json()) as { keys: JWK[] };
    this.fetches = before;
    return keys;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private configuration(keys: JWK[]): Configuration {
    const scope = 'tickets:read tickets:write tickets:own';
    return {
      jwks: { keys },
      clients: [
        {
          ...client,
          ...{ grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
          token_endpoint_auth_method: 'client_secret_post',
        },
        ...(this.page === undefined ? [] : [pageClient(this.page)]),
      ],
      clientBasedCORS: () => true,
      extraTokenClaims: (_, token) => {
        if (!('accountId' in token)) return { ...this.claims };
        return { email: `${token.accountId}@example.com`, email_verified: true };
      },
      features: {
        devInteractions: { enabled: this.page !== undefined },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_, resource) => ({
            ...{ scope, audience: resource, accessTokenTTL: 300, accessTokenFormat: 'jwt' },
            jwt: { sign: { alg: this.algorithm } },
          }),
        },
      },
    };
  }
}

/** A client without a secret, as a page is. */
function pageClient(page: string) {
  return {
    ...{ client_id: 'portal-page', redirect_uris: [page], token_endpoint_auth_method: 'none' as const },
    ...{ grant_types: ['authorization_code'], response_types: ['code' as const] },
  };
}

async function createKey(alg: Algorithm): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `${alg}-${Math.random()}` };
}
