import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A TCP proxy in front of a server, that a test can close, and so cut the server off, or freeze. */
export class FaultProxy {
  private readonly sockets = new Set<Socket>();
  private frozen = false;

  /** How many pieces have come from clients: with PostgreSQL that is one for each statement. */
  sent = 0;

  /** How many connections clients have made. */
  accepted = 0;

  /** How much later everything gets through, each way. */
  latencyMs = 0;

  /** Says of what a client sends whether its connection is cut, before that gets through or right after it. */
  cut?: (sent: Buffer) => 'before' | 'after' | undefined;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** Opens a gate to the server on this port of the loopback. */
  static async to(targetPort: number): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: false }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const gate = new FaultProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => {
      gate.accepted++;
      gate.pipe(client, connect(targetPort, '127.0.0.1'));
    });
    return gate;
  }

  /** Cuts every connection, and takes no new one. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Resets every connection, and takes new ones at once. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Takes connections again. */
  async open(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Lets nothing more through, without a word to either side, until `thaw`. */
  freeze(): void {
    this.frozen = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Lets through what has come meanwhile, and all that follows. */
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
      // What comes later stays behind, also where it has less far to go: a connection keeps its order.
      let last = Promise.resolve();
      let onTheWay = 0;
      const deliver = (chunk: Buffer) => {
        const arrival = performance.now() + this.latencyMs;
        onTheWay++;
        last = last.then(async () => {
          await sleep(Math.max(arrival - performance.now(), 0));
          to.write(chunk);
          onTheWay--;
        });
      };
      from.on('data', (chunk) => {
        if (from === client) this.sent++;
        const cut = from === client ? this.cut?.(chunk) : undefined;
        if (cut === 'before') return void client.resetAndDestroy();
        // What the server answers is for nobody any more.
        if (cut === 'after') return void target.end(chunk, () => client.resetAndDestroy());
        if (this.latencyMs === 0 && onTheWay === 0) to.write(chunk);
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
