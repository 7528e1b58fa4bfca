import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportSPKI, importJWK, SignJWT } from 'jose';

import { Api, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { algorithms, Issuer } from '../support/issuer.js';
import { Service, type ServiceWithStores } from '../support/service.js';
import { token } from '../support/tokens.js';

let issuer: Issuer;
let service: ServiceWithStores;

beforeAll(async () => {
  issuer = await Issuer.start();
  service = await Service.start({ environment: issuer.environment });
});

afterAll(async () => {
  await service.stop();
  await issuer.stop();
});

/** The status of a read of a ticket that does not exist: 404 for a token that is accepted. */
const statusWith = async (value: string) => (await new Api(service.url, value).ticket(999)).status;

/** These tests run in their order: each leaves the issuer and the keys of the service as the next one needs them. */
describe('With JWT_JWKS_URL', () => {
  it('before the keys were fetched, an issuer that fails is a 503, and is asked once', async () => {
    issuer.mode = 'fails';
    const accepted = await issuer.token('tickets:read');
    const responses = await times(5, () => new Api(service.url, accepted).ticket(999));
    expect(responses.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
    expect(responses[0]?.headers.get('retry-after')).toBe('1');
    expect(issuer.fetches).toBe(1);
    // A request that needs no token is served.
    const headers = { authorization: `Bearer ${accepted}` };
    expect((await new Api(service.url).send('GET', '/health/live', { headers })).status).toBe(200);
    issuer.mode = 'answers';
    await service.stop();
    service = await Service.start({ environment: issuer.environment, stores: service.stores });
  });

  it.each(algorithms)('a token of the issuer that is signed with %s is accepted', async (algorithm) => {
    expect(await statusWith(await issuer.token('tickets:read', {}, algorithm))).toBe(404);
  });

  it('the scopes of the token decide, and its subject is the actor', async () => {
    const reader = new Api(service.url, await issuer.token('tickets:read'));
    const writer = new Api(service.url, await issuer.token('tickets:write'));
    expect((await reader.createTicket()).status).toBe(403);
    const { id } = (await writer.createTicket()).body;
    const { body } = await reader.send<{ items: { actor: string }[] }>('GET', `/ticket/${id}/history`);
    expect(body.items.map(({ actor }) => actor)).toEqual(['portal']);
  });

  it('a token signed with SECRET_KEY is rejected', async () => {
    const { JWT_ISSUER: iss, JWT_AUDIENCE: aud } = issuer.environment;
    expect(await statusWith(await token({ iss, aud }))).toBe(401);
  });

  it('a token whose HS256 key is a public key of the issuer is rejected', async () => {
    const { JWT_ISSUER: iss, JWT_AUDIENCE: aud } = issuer.environment;
    const [jwk] = await issuer.publicKeys();
    const key = (await importJWK({ ...jwk, ext: true }, 'RS256')) as Parameters<typeof exportSPKI>[0];
    const claims = { iss, aud, sub: 'mallory', scope: 'tickets:write' };
    for (const secret of [await exportSPKI(key), JSON.stringify(jwk)]) {
      const forged = new SignJWT(claims).setExpirationTime('1m').setProtectedHeader({ alg: 'HS256' });
      expect(await statusWith(await forged.sign(new TextEncoder().encode(secret)))).toBe(401);
    }
  });

  it('a token of another issuer, for another service, or altered is rejected', async () => {
    const other = await Issuer.start();
    expect(await statusWith(await other.token('tickets:read'))).toBe(401);
    await other.stop();
    expect(
      await statusWith(await issuer.token('tickets:read', {}, 'RS256', 'https://else.example.com')),
    ).toBe(401);
    const [head = '', , signature = ''] = (await issuer.token('tickets:read')).split('.');
    const payload = Buffer.from(JSON.stringify({ sub: 'x', scope: 'tickets:write', exp: 9e9 }));
    expect(await statusWith(`${head}.${payload.toString('base64url')}.${signature}`)).toBe(401);
  });

  it('while the issuer is away, known keys are accepted, and an unknown one costs no fetch in the cooldown', async () => {
    const known = await issuer.token('tickets:read');
    const before = issuer.fetches;
    issuer.mode = 'hangs';
    await issuer.rotate();
    const unknown = await issuer.token('tickets:read');
    expect(await statusWith(known)).toBe(404);
    const begin = Date.now();
    expect(await times(20, () => statusWith(unknown))).toEqual(Array(20).fill(401));
    expect(Date.now() - begin).toBeLessThan(2_500);
    expect(issuer.fetches).toBe(before);
    issuer.mode = 'answers';
    // After the cooldown the new keys are fetched, once.
    await eventually(async () => (await statusWith(unknown)) === 404, 45_000, 500);
    expect(await times(20, () => statusWith(unknown))).toEqual(Array(20).fill(404));
    expect(issuer.fetches).toBe(before + 1);
  }, 60_000);
});
