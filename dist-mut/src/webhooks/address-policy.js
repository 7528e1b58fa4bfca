var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
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
let AddressPolicy = class AddressPolicy {
    hosts;
    networks;
    limit = pLimit(maxLookups);
    running = new Map();
    constructor({ WEBHOOK_HOSTS = [] }) {
        const isNetwork = (entry) => entry.includes('/');
        this.networks = WEBHOOK_HOSTS.filter(isNetwork).map((network) => ipaddr.parseCIDR(network));
        this.hosts = new Set(WEBHOOK_HOSTS.filter((entry) => !isNetwork(entry)).map((host) => host.toLowerCase()));
    }
    /** Checks a URL before it is stored; returns an error message or undefined. A name is checked when it is resolved. */
    urlError(text) {
        const url = URL.canParse(text) ? new URL(text) : undefined;
        if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
            return 'must be a URL that begins with https://';
        if (url.username || url.password)
            return 'must not contain a user or a password';
        if (url.hash)
            return 'must not contain a fragment';
        if (this.names(url))
            return undefined;
        const address = literal(url);
        if (url.protocol === 'http:' && (address ? !this.isInNetwork(address) : this.networks.length === 0))
            return 'must begin with https://, because WEBHOOK_HOSTS does not name its host';
        return address && !this.isAllowed(url, address) ? notAllowed : undefined;
    }
    /** Resolves the host of a URL once. Throws an error if any of its addresses is refused. */
    async resolve(url) {
        const address = literal(url);
        const addresses = address ? [{ address, family: isIP(address) }] : await this.lookUp(url.hostname);
        if (!addresses.every((each) => this.isAllowed(url, each.address)))
            throw new Error(`its host ${notAllowed}`);
        return addresses;
    }
    /** Deliveries to the same host share a lookup that is running. */
    lookUp(host) {
        let lookingUp = this.running.get(host);
        if (!lookingUp) {
            lookingUp = this.limit(() => lookup(host, { all: true })).finally(() => this.running.delete(host));
            this.running.set(host, lookingUp);
        }
        return lookingUp;
    }
    names({ hostname, host, port, protocol }) {
        const defaultPort = protocol === 'https:' ? '443' : '80';
        return this.hosts.has(hostname) || this.hosts.has(port ? host : `${host}:${defaultPort}`);
    }
    isAllowed(url, address) {
        return (this.names(url) ||
            this.isInNetwork(address) ||
            (url.protocol === 'https:' && isPublic(unmapped(address))));
    }
    isInNetwork(address) {
        return this.networks.some((network) => matches(unmapped(address), network));
    }
};
AddressPolicy = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Environment])
], AddressPolicy);
export { AddressPolicy };
const notAllowed = 'is a private or special address, which WEBHOOK_HOSTS does not name';
/** The URL parser has turned every spelling of an address, such as a decimal or an octal one, into the usual one. */
function literal({ hostname }) {
    const host = hostname.replace(/^\[|\]$/g, '');
    return isIP(host) > 0 ? host : undefined;
}
/** Parses an address; one of IPv4 that is mapped to IPv6 is an address of IPv4. */
function unmapped(address) {
    return ipaddr.process(address);
}
function matches(address, block) {
    // The types want both to be of one kind; the function compares the kinds itself.
    const [one, other] = [address, block];
    return ipaddr.subnetMatch(one, { inside: [other] }, 'outside') === 'inside';
}
/** Addresses that carry one of IPv4, such as NAT64 and 6to4, are special. */
function isPublic(address) {
    if (address.range() !== 'unicast' || special.some((block) => matches(address, block)))
        return false;
    return address.kind() === 'ipv4' || matches(address, globalUnicast);
}
//# sourceMappingURL=address-policy.js.map