import { setTimeout as sleep } from 'node:timers/promises';

import { within } from './deadline.js';

/** How often a server that is away is asked whether it is back, and how soon it must answer. */
const probeMs = 50;
const answerMs = 30;

/**
 * How long a server must have answered before it is trusted again: longer than another replica needs to find it back
 * too, and to send it what is still to be sent.
 */
const quarantineMs = 1_000;

/** How soon after the start a server must answer to be trusted at once: it was not away, but being connected to. */
const connectMs = 250;

/** What the breaker stands before. */
interface Circuit {
  /** Asks the server whether it is there. */
  ping: () => Promise<unknown>;
  /** Does what must be done before the server is trusted again. */
  mend: () => Promise<void>;
  /** Makes the connection anew. */
  reconnect: () => void;
  /** After how long without an answer it is to be made anew. */
  deadMs: number;
}

/**
 * Keeps requests from waiting for a server that is away: closed, the server is used; open, it is not, and is probed in
 * the background; recovering, it answers, but is not trusted yet.
 */
export class CircuitBreaker {
  /** Which of these it is now. */
  state: 'closed' | 'open' | 'recovering' = 'open';
  private openedAt = Date.now();
  private stopped = false;

  constructor(private readonly circuit: Circuit) {}

  /** How long the server has been away, in milliseconds. */
  get awayMs(): number {
    return this.state === 'open' ? Date.now() - this.openedAt : 0;
  }

  /** A call has failed: the server is not used until it has answered for a while. */
  open(): void {
    const wasClosed = this.state === 'closed';
    if (this.state !== 'open') this.openedAt = Date.now();
    this.state = 'open';
    if (wasClosed) void this.untilClosed({ isStart: false });
  }

  /** Begins, before the first use: a server that answers at once is used as soon as `mend` has been done. */
  start(): void {
    void this.untilClosed({ isStart: true });
  }

  /** Ends the probing. */
  stop(): void {
    this.stopped = true;
  }

  private async untilClosed({ isStart }: { isStart: boolean }): Promise<void> {
    const begin = Date.now();
    let answeringSince: number | undefined;
    let silentSince = Date.now();
    while (!this.stopped) {
      // A call may have failed since the last probe.
      if (this.state === 'open') answeringSince = undefined;
      if (await this.mended()) {
        answeringSince ??= Date.now();
        silentSince = Date.now();
        const isAtOnce = isStart && answeringSince - begin < connectMs;
        if (isAtOnce || Date.now() - answeringSince >= quarantineMs) {
          this.state = 'closed';
          return;
        }
      } else {
        answeringSince = undefined;
        this.open();
        if (Date.now() - silentSince > this.circuit.deadMs) {
          silentSince = Date.now();
          this.circuit.reconnect();
        }
      }
      await sleep(probeMs, undefined, { ref: false });
    }
  }

  private async mended(): Promise<boolean> {
    try {
      await within(answerMs, this.circuit.ping());
      this.state = 'recovering';
      await this.circuit.mend();
      return this.isRecovering();
    } catch {
      return false;
    }
  }

  /** A request may have met a failure while `mend` ran. */
  private isRecovering(): boolean {
    return this.state === 'recovering';
  }
}
