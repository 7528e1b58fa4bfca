/** Shares loads between concurrent readers of a key. A reader shares only a load that begins after it came, so it misses no write. */
export class SingleFlight<Result> {
  private readonly running = new Map<string, Promise<Result>>();
  private readonly waiting = new Map<string, Promise<Result>>();

  /** Runs a load of this key; while one is running, shares the one that follows it. */
  load(key: string, load: () => Promise<Result>): Promise<Result> {
    const begin = (): Promise<Result> => {
      this.waiting.delete(key);
      const result = load().finally(() => this.running.delete(key));
      this.running.set(key, result);
      return result;
    };
    const running = this.running.get(key);
    if (!running) return begin();
    const next = this.waiting.get(key) ?? running.then(begin, begin);
    this.waiting.set(key, next);
    return next;
  }
}

interface SharedRead<Result> {
  readers: number;
  result: Promise<Result>;
}

/**
 * Shares reads between readers of a key that arrive in one turn of the event loop. A read begins at the end of the turn, after all of
 * its readers came, so it misses no write.
 */
export class SharedReads<Result> {
  private readonly arriving = new Map<string, SharedRead<Result>>();
  private turn: Promise<void> | undefined;

  /** Runs a read of this key at the end of this turn, or shares the one that will run. It gets the number of its readers. */
  read(key: string, begin: (readers: number) => Promise<Result>): Promise<Result> {
    const arriving = this.arriving.get(key);
    if (arriving) {
      arriving.readers++;
      return arriving.result;
    }
    const first: SharedRead<Result> = { readers: 1, result: this.endOfTurn.then(() => begin(first.readers)) };
    this.arriving.set(key, first);
    return first.result;
  }

  private get endOfTurn(): Promise<void> {
    this.turn ??= new Promise((resolve) => {
      setImmediate(() => {
        this.turn = undefined;
        this.arriving.clear();
        resolve();
      });
    });
    return this.turn;
  }
}
