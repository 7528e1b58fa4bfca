interface Flight<Result> {
  load: Promise<Result>;
  /** Lease that was on the key when the load began. */
  lease: string | undefined;
  next?: Promise<Result>;
}

/**
 * Shares loads between concurrent readers of a key, without showing a reader what was loaded before a write that was
 * acknowledged when the reader began.
 *
 * A reader that saw the lease under which a load began shares this load: a write would have removed the lease. Any other
 * reader shares the next load, which begins when the running one ends. If a shared load fails, its readers share the next
 * one too: a creation removes no lease, so a ticket that was not found may exist by then.
 */
export class SingleFlight<Result> {
  private readonly flights = new Map<string, Flight<Result>>();

  /**
   * Runs a load of this key, or shares one.
   * @param lease the lease on the key; undefined where it is unknown
   */
  load(key: string, load: () => Promise<Result>, lease: string | undefined): Promise<Result> {
    const flight = this.flights.get(key);
    const begin = () => this.begin(key, load, lease);
    if (!flight) return begin();
    if (lease !== undefined && flight.lease === lease)
      return flight.load.catch(() => this.flights.get(key)?.load ?? begin());
    flight.next ??= flight.load.then(begin, begin);
    return flight.next;
  }

  private begin(key: string, load: () => Promise<Result>, lease: string | undefined): Promise<Result> {
    const flight: Flight<Result> = { load: load(), lease };
    this.flights.set(key, flight);
    const end = () => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    };
    flight.load.then(end, end);
    return flight.load;
  }
}
