import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A TCP proxy in front of a server, used to inject faults: closed and reset connections, freezes, latency. */
export class FaultProxy {
  private readonly sockets = new Set<Socket>();
  private frozen = false;

  /** Number of chunks received from clients; a PostgreSQL statement is one chunk. */
  sent = 0;

  /** Number of accepted connections. */
  accepted = 0;

  /** Delay added in each direction. */
  latencyMs = 0;

  /** Decides whether to reset the connection of a client before or right after one of its chunks is forwarded. */
  cut?: (sent: Buffer) => 'before' | 'after' | undefined;

  private constructor(
    private readonly server: Server,
    readonly port: number,
    /** The port that new connections are forwarded to. */
    public target: number,
  ) {}

  /** Opens a proxy to the server on this port of the loopback interface. */
  static async to(targetPort: number): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: false }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new FaultProxy(server, (server.address() as AddressInfo).port, targetPort);
    server.on('connection', (client) => {
      proxy.accepted++;
      proxy.pipe(client, connect(proxy.target, '127.0.0.1'));
    });
    return proxy;
  }

  /** Closes every connection and stops listening. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Resets every connection; new ones are accepted at once. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Listens again after `close`, on the same port. */
  async open(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Stops forwarding in both directions until `thaw`; connections stay open. */
  freeze(): void {
    this.frozen = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Forwards the buffered data and resumes. */
  thaw(): void {
    this.frozen = false;
    for (const socket of this.sockets) socket.resume();
  }

  private pipe(client: Socket, target: Socket): void {
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      this.sockets.add(from);
      // Chunks stay in order, even when the latency is lowered between two of them.
      let last = Promise.resolve();
      let pending = 0;
      const deliver = (chunk: Buffer) => {
        const arrival = performance.now() + this.latencyMs;
        pending++;
        last = last.then(async () => {
          await sleep(Math.max(arrival - performance.now(), 0));
          to.write(chunk);
          pending--;
        });
      };
      from.on('data', (chunk) => {
        if (from === client) this.sent++;
        const cut = from === client ? this.cut?.(chunk) : undefined;
        if (cut === 'before') return void client.resetAndDestroy();
        // The response of the server is discarded.
        if (cut === 'after') return void target.end(chunk, () => client.resetAndDestroy());
        if (this.latencyMs === 0 && pending === 0) to.write(chunk);
        else deliver(chunk);
      });
      if (this.frozen) from.pause();
      from.on('error', () => to.destroy());
      to.on('error', () => from.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}
