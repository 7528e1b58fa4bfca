import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import pLimit from 'p-limit';

import { Environment } from '../config/environment.js';

/** Blocks of IPv4 that ipaddr.js does not know as special, and those of IPv6 inside 2000::/3: benchmarks, IETF protocols. */
const special = ['198.18.0.0/15', '2001::/23', '3fff::/20'].map((block) => ipaddr.parseCIDR(block));
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/** Lookups at a time. Each one occupies one of the four threads of Node.js, which slow name servers must not take all. */
const maxLookups = 3;

/** Decides which addresses events may be sent to: public ones, and those that WEBHOOK_HOSTS names. */
@Injectable()
export class AddressPolicy {
  private readonly hosts: Set<string>;
  private readonly networks: ReturnType<typeof ipaddr.parseCIDR>[];
  private readonly limit = pLimit(maxLookups);
  private readonly running = new Map<string, Promise<LookupAddress[]>>();

  constructor({ WEBHOOK_HOSTS = [] }: Environment) {
    const isNetwork = (entry: string) => entry.includes('/');
    this.networks = WEBHOOK_HOSTS.filter(isNetwork).map((network) => ipaddr.parseCIDR(network));
    this.hosts = new Set(
      WEBHOOK_HOSTS.filter((entry) => !isNetwork(entry)).map((host) => host.toLowerCase()),
    );
  }

  /** Checks a URL before it is stored; returns an error message or undefined. A name is checked when it is resolved. */
  urlError(text: string): string | undefined {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
      return 'must be a URL that begins with https://';
    if (url.username || url.password) return 'must not contain a user or a password';
    if (url.hash) return 'must not contain a fragment';
    if (this.names(url)) return undefined;
    const address = literal(url);
    if (url.protocol === 'http:' && (address ? !this.isInNetwork(address) : this.networks.length === 0))
      return 'must begin with https://, because WEBHOOK_HOSTS does not name its host';
    return address && !this.isAllowed(url, address) ? notAllowed : undefined;
  }

  /** Resolves the host of a URL once. Throws an error if any of its addresses is refused. */
  async resolve(url: URL): Promise<LookupAddress[]> {
    const address = literal(url);
    const addresses = address ? [{ address, family: isIP(address) }] : await this.lookUp(url.hostname);
    if (!addresses.every((each) => this.isAllowed(url, each.address)))
      throw new Error(`its host ${notAllowed}`);
    return addresses;
  }

  /** Deliveries to the same host share a lookup that is running. */
  private lookUp(host: string): Promise<LookupAddress[]> {
    let lookingUp = this.running.get(host);
    if (!lookingUp) {
      lookingUp = this.limit(() => lookup(host, { all: true })).finally(() => this.running.delete(host));
      this.running.set(host, lookingUp);
    }
    return lookingUp;
  }

  private names({ hostname, host, port, protocol }: URL): boolean {
    const defaultPort = protocol === 'https:' ? '443' : '80';
    return this.hosts.has(hostname) || this.hosts.has(port ? host : `${host}:${defaultPort}`);
  }

  private isAllowed(url: URL, address: string): boolean {
    return (
      this.names(url) ||
      this.isInNetwork(address) ||
      (url.protocol === 'https:' && isPublic(ipaddr.process(address)))
    );
  }

  private isInNetwork(address: string): boolean {
    // An address of IPv4 that is mapped to IPv6 is one of IPv4.
    return this.networks.some((network) => matches(ipaddr.process(address), network));
  }
}

const notAllowed = 'is a private or special address, which WEBHOOK_HOSTS does not name';

/** The URL parser has turned every spelling of an address, such as a decimal or an octal one, into the usual one. */
function literal({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) > 0 ? host : undefined;
}

function matches(address: ipaddr.IPv4 | ipaddr.IPv6, block: ReturnType<typeof ipaddr.parseCIDR>): boolean {
  // The types want both to be of one kind; the function compares the kinds itself.
  const [one, other] = [address as ipaddr.IPv4, block as [ipaddr.IPv4, number]];
  return ipaddr.subnetMatch(one, { inside: [other] }, 'outside') === 'inside';
}

/** Addresses that carry one of IPv4, such as NAT64 and 6to4, are special. */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast' || special.some((block) => matches(address, block))) return false;
  return address.kind() === 'ipv4' || matches(address, globalUnicast);
}
