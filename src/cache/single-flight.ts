interface Running<Result> {
  load: Promise<Result>;
  /** The lease that stood when this load began. */
  lease: string | undefined;
  next?: Promise<Result>;
}

/**
 * Lets many who ask for the same thing at once share a load, without giving anybody what was read before a write that
 * was acknowledged when they asked.
 *
 * Who saw the same lease stand as the one that began a load shares it: a write would have taken the lease away, so none
 * was acknowledged between the two. Who saw another, or none, shares the next load, which begins when this one has ended.
 * So does who shares one that fails: a creation takes no lease away, so what it did not find may be there by now.
 * So a herd costs a load or two.
 */
export class SingleFlight<Result> {
  private readonly running = new Map<string, Running<Result>>();

  /**
   * The result of a load of this key.
   * @param lease the lease that stood on the key when the caller asked; undefined where that is not known
   */
  load(key: string, load: () => Promise<Result>, lease: string | undefined): Promise<Result> {
    const running = this.running.get(key);
    if (!running) return this.begin(key, load, lease);
    if (lease !== undefined && running.lease === lease)
      return running.load.catch(() => this.running.get(key)?.load ?? this.begin(key, load, lease));
    const begin = () => this.begin(key, load, lease);
    running.next ??= running.load.then(begin, begin);
    return running.next;
  }

  private begin(key: string, load: () => Promise<Result>, lease: string | undefined): Promise<Result> {
    const running: Running<Result> = { load: load(), lease };
    this.running.set(key, running);
    const end = () => {
      if (this.running.get(key) === running) this.running.delete(key);
    };
    running.load.then(end, end);
    return running.load;
  }
}
