import { Logger } from '@nestjs/common';

const everyMs = 10 * 60 * 1000;

/** Clears away what is too old, at once and then now and then. Replicas may all do so. */
export class Sweeper {
  private timer?: NodeJS.Timeout;

  /**
   * @param what is swept, for the log
   * @param sweep clears some of it away, and says whether there may be more
   */
  constructor(
    private readonly what: string,
    private readonly sweep: () => Promise<boolean>,
  ) {}

  /** Begins to. */
  start(): void {
    void this.run();
    this.timer = setInterval(() => void this.run(), everyMs).unref();
  }

  /** Leaves it be. */
  stop(): void {
    clearInterval(this.timer);
  }

  private async run(): Promise<void> {
    try {
      while (await this.sweep());
    } catch (error) {
      new Logger('Sweeper').warn(`Old ${this.what} could not be swept: ${String(error)}`);
    }
  }
}
