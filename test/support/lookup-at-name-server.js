// Loaded into a service by --import: names that end in .test are looked up at the server NAME_SERVER, others as usual.
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

const { lookup } = dns.promises;
const resolver = new dns.promises.Resolver();
resolver.setServers([process.env.NAME_SERVER]);

async function resolve(name, family) {
  const addresses = await resolver[`resolve${family}`](name).catch(() => []);
  return addresses.map((address) => ({ address, family }));
}

dns.promises.lookup = async (name, options) =>
  name.endsWith('.test') ? [...(await resolve(name, 4)), ...(await resolve(name, 6))] : lookup(name, options);
syncBuiltinESMExports();
