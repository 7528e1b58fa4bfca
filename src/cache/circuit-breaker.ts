import { setTimeout as sleep } from 'node:timers/promises';

import { within } from './deadline.js';

const probeIntervalMs = 50;
const probeTimeoutMs = 30;
/** Time for which a server must respond before it is used again. Meanwhile other replicas reconnect and send their deletions. */
const quarantineMs = 1_000;
/** A server that responds this soon after the start was not lost, so it needs no quarantine. */
const startupMs = 250;
/** Time without a response after which the connection is replaced. */
const reconnectAfterMs = 2_000;

interface Server {
  ping: () => Promise<unknown>;
  /** Sends what the server has missed, before it is used again. */
  sync: () => Promise<void>;
  /** Replaces the connection. */
  reconnect: () => void;
}

/** Circuit breaker that probes a lost server in the background, so that requests do not wait for it. */
export class CircuitBreaker {
  /** `closed`: the server is used; `open`: it is away; `recovering`: it responds, but is in quarantine. */
  state: 'closed' | 'open' | 'recovering' = 'open';
  private openedAt = Date.now();
  private isStopped = false;

  constructor(private readonly server: Server) {}

  /** Time since the server was lost, in milliseconds; 0 while it responds. */
  get awayMs(): number {
    return this.state === 'open' ? Date.now() - this.openedAt : 0;
  }

  /** Stops using the server after a failure, until it has responded for the time of the quarantine. */
  open(): void {
    const wasClosed = this.state === 'closed';
    if (this.state !== 'open') this.openedAt = Date.now();
    this.state = 'open';
    if (wasClosed) void this.probe({ isStart: false });
  }

  /** Begins probing; a server that responds at once is used as soon as it is in sync. */
  start(): void {
    void this.probe({ isStart: true });
  }

  /** Ends probing. */
  stop(): void {
    this.isStopped = true;
  }

  private async probe({ isStart }: { isStart: boolean }): Promise<void> {
    const begin = Date.now();
    let respondingSince: number | undefined;
    let silentSince = begin;
    while (!this.isStopped) {
      // A request may have failed since the last probe, or while the server was being synchronized.
      if (this.state === 'open') respondingSince = undefined;
      if ((await this.synchronize()) && this.state === 'recovering') {
        silentSince = Date.now();
        respondingSince ??= silentSince;
        const isStartup = isStart && respondingSince - begin < startupMs;
        if (isStartup || silentSince - respondingSince >= quarantineMs) {
          this.state = 'closed';
          return;
        }
      } else {
        this.open();
        if (Date.now() - silentSince > reconnectAfterMs) {
          silentSince = Date.now();
          this.server.reconnect();
        }
      }
      await sleep(probeIntervalMs, undefined, { ref: false });
    }
  }

  private async synchronize(): Promise<boolean> {
    try {
      await within(probeTimeoutMs, this.server.ping());
      this.state = 'recovering';
      await this.server.sync();
      return true;
    } catch {
      return false;
    }
  }
}
