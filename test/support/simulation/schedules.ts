import fc from 'fast-check';

/** The faults that a schedule may have. */
const faultKinds = [
  ...(['freeze', 'drop', 'cut', 'restart', 'switch', 'split', 'freezePostgres', 'restartPostgres'] as const),
  ...(['failover', 'standby', 'pause', 'slowPolls', 'kill'] as const),
];

/** A fault at a time, for about `ms`. */
export interface Fault {
  kind: (typeof faultKinds)[number];
  at: number;
  ms: number;
  /** Decides on whom it meets. */
  random: number;
}

/** Clients and faults. The seed decides how long each message takes. */
export interface Schedule {
  seed: number;
  begins: 'on' | 'off' | 'warming';
  writes: { at: number; key: number; again: number; lockMs: number }[];
  reads: number[];
  replicas: number;
  faults: Fault[];
}

/** What a generator of schedules aims at. */
export interface Aim {
  faults?: readonly Fault['kind'][];
  begins?: Schedule['begins'];
  minFaults?: number;
  maxFaults?: number;
  maxWrites?: number;
  maxReads?: number;
  /** The time in which faults and writes begin. */
  withinMs?: number;
  /** The shortest fault. */
  minMs?: number;
  /** Every write waits for the lock of the ticket. */
  locks?: boolean;
}

const none = fc.constant(0);
/** Tenths of milliseconds, because `fc.double` prefers tiny numbers. */
const time = (until: number) => fc.integer({ min: 0, max: until * 10 }).map((tenths) => tenths / 10);

/** Generates schedules. */
export function schedules(aim: Aim = {}): fc.Arbitrary<Schedule> {
  const { faults = faultKinds, minFaults = 0, maxFaults = 4, begins } = aim;
  const { maxWrites = 4, maxReads = 8, withinMs = 1_300, minMs = 20, locks = false } = aim;
  const fault = fc.record({
    kind: fc.constantFrom(...faults),
    at: time(withinMs),
    // Most are short.
    ms: fc.oneof(time(100), time(700)).map((ms) => Math.max(ms, minMs)),
    random: fc.integer({ min: 0, max: 999 }).map((n) => n / 1_000),
  });
  const write = fc.record({
    at: time(withinMs),
    key: fc.nat(),
    // A client whose answer was lost sends the key again.
    again: fc.oneof({ weight: 2, arbitrary: none }, time(60)),
    lockMs: locks ? time(900) : fc.oneof({ weight: 4, arbitrary: none }, time(900)),
  });
  return fc.record({
    seed: fc.integer(),
    begins: begins ? fc.constant(begins) : fc.constantFrom('on', 'on', 'off', 'warming'),
    writes: fc.array(write, { minLength: 1, maxLength: maxWrites }),
    replicas: fc.constantFrom(2, 2, 3),
    reads: fc.array(time(withinMs + 300), { minLength: 2, maxLength: maxReads, size: 'max' }),
    faults: fc.array(fault, { minLength: minFaults, maxLength: maxFaults }),
  });
}
