/*
 * Proves that no replica returns stale data after an acknowledged write, or after an event of the feed, whatever happens to
 * Redis and PostgreSQL meanwhile: clients read and write a few tickets through all replicas during a fault, and the recorded
 * history is checked.
 */

import { CacheTrial, type CacheFault } from './cache-trial.js';
import { findStaleReads, type StaleRead } from './stale-reads.js';

/** Least numbers of a run; it goes on until all of them are reached. */
export interface Size {
  replicas: number;
  reads: number;
  writes: number;
  /** Number of times that the fault is injected. */
  rounds: number;
  /** Number of freezes, if the fault has any. */
  freezes: number;
}

/** Result of a run of the checker. */
export interface Finding {
  fault: string;
  reads: number;
  /** Number of reads that were cache hits. */
  hits: number;
  writes: number;
  /** Number of events of the feed that a read followed. */
  events: number;
  rounds: number;
  /** Number of freezes that began at most 100 ms after a hit; others cannot show a stale read. */
  freezes: number;
  /** Number of writes that were rejected with 503, because a replica did not know in time whether the cache is on. */
  rejected: number;
  failures: string[];
  stale: StaleRead[];
  longestStaleMs: number;
}

/** Runs a fault, on as many new sets of services as it needs. */
export async function check(fault: CacheFault, size: Size): Promise<Finding> {
  const finding: Finding = {
    ...{ fault: fault.name, reads: 0, hits: 0, writes: 0, events: 0, rounds: 0, freezes: 0 },
    ...{ rejected: 0, failures: [], stale: [], longestStaleMs: 0 },
  };
  const isComplete = ({ rounds, freezes }: { rounds: number; freezes: number }) =>
    finding.reads >= size.reads &&
    finding.writes >= size.writes &&
    (!fault.repeat || finding.rounds + rounds >= size.rounds) &&
    (!fault.hasFreezes || finding.freezes + freezes >= size.freezes);
  while (!isComplete({ rounds: 0, freezes: 0 })) {
    const trial = await CacheTrial.start(fault, size.replicas);
    const { calls, failures } = await trial
      .run(fault, isComplete, ({ kind, status, cache }) => {
        if (status === 200 || status === 201) finding[kind === 'read' ? 'reads' : 'writes']++;
        if (cache === 'HIT') finding.hits++;
      })
      .finally(() => trial.stop());
    finding.rounds += trial.rounds;
    finding.freezes += trial.freezes;
    finding.events += calls.filter(({ kind }) => kind === 'event').length;
    finding.stale.push(...findStaleReads(calls));
    finding.rejected += failures.filter((failure) => failure === 'write 503').length;
    const others = failures.filter((failure) => failure !== 'write 503');
    finding.failures.push(...trial.failures, ...(fault.mayFail ? [] : others));
  }
  finding.longestStaleMs = longestStaleMs(finding.stale);
  return finding;
}

/** The longest time that a read was stale. */
function longestStaleMs(stale: StaleRead[]): number {
  return stale.reduce((longest, { staleMs }) => Math.max(longest, staleMs), 0);
}

/** Writes findings as a table. */
export function table(findings: Finding[]): string {
  const columns = ['fault', 'reads', 'hits', 'writes', 'rejected', 'events', 'rounds', 'freezes'] as const;
  const head = [...columns, 'failures', 'stale reads', 'longest (ms)'];
  const rows = findings.map((finding) => [
    ...columns.map((column) => finding[column]),
    ...[finding.failures.length, finding.stale.length, Math.round(finding.longestStaleMs)],
  ]);
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
}
