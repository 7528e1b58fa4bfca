/** The rules that the simulated servers and requests keep. Each can be removed. */
export const allRules = {
  /** A fill needs its lease. */
  lease: true,
  /** A read from the cache is a write, which a replica of Redis rejects. */
  readIsWrite: true,
  /** A command goes on the connection that was checked, or fails. */
  sameConnection: true,
  /** A server is asked who it is at each connect. */
  askAtConnect: true,
  /** A write evicts. */
  evicts: true,
  /** An eviction that was not confirmed fails. */
  confirms: true,
  /** A replay of an Idempotency-Key evicts. */
  replayEvicts: true,
  /** A key has the identity of the database. */
  identityInKey: true,
  /** A key has the epoch. */
  epochInKey: true,
  /** Off raises the epoch. */
  offRaisesEpoch: true,
  /** Changes of the row depend on what was seen. */
  conditional: true,
  /** A change from off leads to warming. */
  warming: true,
  /** The numbering evicts first. */
  numberingEvicts: true,
  /** The numbering numbers the events that it evicted for. */
  numbersSelected: true,
  /** A load from a standby is not answered. */
  standbyFails: true,
};

export type Rules = Record<keyof typeof allRules, boolean>;
