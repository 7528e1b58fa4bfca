interface Running {
  load: Promise<unknown>;
  next?: Promise<unknown>;
}

/**
 * Lets many who ask for the same thing at once share a load, without giving anybody what was read before they asked: who
 * comes while a load runs shares the next one, which begins when that one has ended. So a herd costs two loads, and no
 * reader is answered from a load that began before it came.
 */
export class CoalescedLoads<Result> {
  private readonly running = new Map<string, Running>();

  /** The result of a load of this key that begins now or later. */
  load(key: string, load: () => Promise<Result>): Promise<Result> {
    const running = this.running.get(key);
    if (!running) return this.begin(key, load);
    running.next ??= running.load.then(
      () => this.begin(key, load),
      () => this.begin(key, load),
    );
    return running.next as Promise<Result>;
  }

  private begin(key: string, load: () => Promise<Result>): Promise<Result> {
    const running: Running = { load: load() };
    this.running.set(key, running);
    const end = () => {
      if (!running.next) this.running.delete(key);
    };
    running.load.then(end, end);
    return running.load as Promise<Result>;
  }
}
