import { Logger } from '@nestjs/common';

import { errorMessage } from '../observability/error-message.js';

const everyMs = 10 * 60 * 1000;

/** Clears away what is too old, at once and then now and then. Replicas may all do so. */
export class CleanupJob {
  private timer?: NodeJS.Timeout;

  /**
   * @param what is swept, for the log
   * @param sweep clears some of it away, and says whether there may be more
   */
  constructor(
    private readonly what: string,
    private readonly sweep: () => Promise<boolean>,
  ) {}

  /** Begins to clear away. */
  start(): void {
    void this.run();
    this.timer = setInterval(() => void this.run(), everyMs).unref();
  }

  /** Clears nothing away any more. */
  stop(): void {
    clearInterval(this.timer);
  }

  private async run(): Promise<void> {
    try {
      while (await this.sweep());
    } catch (error) {
      new Logger('Sweeper').warn(`Old ${this.what} could not be swept: ${errorMessage(error)}`);
    }
  }
}
