import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

import ipaddr from 'ipaddr.js';

/** A DNS server for names of a test. Each query of a name takes its next list of addresses; the last one stays. */
export class NameServer {
  /** The names that were asked for, in order. */
  readonly queries: string[] = [];

  private constructor(
    private readonly socket: Socket,
    private readonly names: Record<string, string[][]>,
  ) {}

  /** Starts a server on 127.0.0.1. */
  static async start(names: Record<string, string[][]>): Promise<NameServer> {
    const socket = createSocket('udp4');
    const server = new NameServer(socket, names);
    socket.on('message', (query, { port, address }) => {
      socket.send(server.answer(query), port, address);
    });
    await once(socket.bind(0, '127.0.0.1'), 'listening');
    return server;
  }

  /** The address of the server. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  /** Stops the server. */
  stop(): void {
    this.socket.close();
  }

  /** Answers a query (RFC 1035, section 4): its header, its question, and a record for each address of its type. */
  private answer(query: Buffer): Buffer {
    const labels: string[] = [];
    let end = 12;
    for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) {
      labels.push(query.subarray(end + 1, end + 1 + length).toString());
      end += 1 + length;
    }
    const name = labels.join('.');
    const type = query.readUInt16BE(end + 1);
    const isFirst = type === 1;
    if (isFirst) this.queries.push(name);
    const lists = this.names[name] ?? [];
    const addresses = (isFirst && lists.length > 1 ? lists.shift() : lists[0]) ?? [];
    const records = addresses
      .map((address) => Buffer.from(ipaddr.parse(address).toByteArray()))
      .filter((bytes) => bytes.length === (isFirst ? 4 : 16))
      .map((bytes) =>
        Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, bytes.length]), bytes]),
      );
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(records.length, 6);
    header.writeUInt32BE(0, 8);
    return Buffer.concat([header, query.subarray(12, end + 5), ...records]);
  }
}
