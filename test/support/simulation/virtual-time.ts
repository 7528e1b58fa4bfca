/** Turns of the microtask queue after which the code that an event has resumed waits for the next one. */
const turns = 7;

// Jest looks up globals slowly.
const { imul } = Math;

/** A random number generator that a seed repeats. */
export type Random = () => number;

/** @see mulberry32, Tommy Ettinger, public domain */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Event {
  at: number;
  act: () => void;
}

/** Events in virtual milliseconds, in the order of their times. */
export class VirtualTime {
  now = 0;
  /** The latest first. */
  private readonly events: Event[] = [];
  private hasResumed = false;

  constructor(readonly random: Random) {}

  at(ms: number, act: () => void): void {
    const { events } = this;
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((events[middle]?.at ?? 0) > ms) low = middle + 1;
      else high = middle;
    }
    events.splice(low, 0, { at: ms, act });
  }

  after(ms: number, act: () => void): void {
    this.at(this.now + ms, act);
  }

  /** Tells `run` that an event has resumed asynchronous code. */
  resumed(): void {
    this.hasResumed = true;
  }

  /** Runs the events until a time, or until `isOver`. */
  async run(until: number, isOver: () => boolean): Promise<void> {
    await settled();
    for (let event = this.events.pop(); event && event.at <= until && !isOver(); event = this.events.pop()) {
      this.now = event.at;
      event.act();
      if (!this.hasResumed) continue;
      this.hasResumed = false;
      await settled();
    }
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** The time that a message takes: mostly about a millisecond, sometimes much longer. */
  delay(): number {
    const kind = this.random();
    return kind < 0.93 ? this.between(0.1, 1.5) : kind < 0.985 ? this.between(1, 40) : this.between(40, 350);
  }
}

const turn = Promise.resolve();

async function settled(): Promise<void> {
  for (let n = 0; n < turns; n++) await turn;
}
