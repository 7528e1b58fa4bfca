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

/**
 * Shares reads between readers of a key that arrive in one turn of the event loop. A read begins at the end of the turn, after all of
 * its readers came, so it misses no write.
 */
export class SharedReads<Result> {
  private readonly arriving = new Map<string, Promise<Result>>();
  private turn: Promise<void> | undefined;

  /** Runs a read of this key at the end of this turn, or shares the one that will run. */
  read(key: string, begin: () => Promise<Result>): Promise<Result> {
    const arriving = this.arriving.get(key) ?? this.endOfTurn.then(begin);
    this.arriving.set(key, arriving);
    return arriving;
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
