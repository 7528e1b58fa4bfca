import type { CacheEntry } from '../../../src/cache/ports.js';
import type { View } from '../../../src/cache/cache-view.js';
import type { StateReport } from '../../../src/database/state-report.js';
import type { Replica } from './replica.js';
import { removedFromChanges, slowFromOff, type RemovedRule } from './removed-changes.js';

/** The private parts of the protocol code that a removal replaces. */
interface Internals {
  view: { latest: View | undefined };
}

const internals = (replica: Replica) => replica as unknown as Internals;

/** Replaces a property of a replica's protocol code. */
function replace(target: object, name: string, get: () => unknown): void {
  Object.defineProperty(target, name, { get });
}

/** What `readable` returns where it asks for these states only. */
function readIn(replica: Replica, states: StateReport['state'][]): void {
  replace(replica.cache, 'readable', () => {
    const view = replica.view.current;
    return view && states.includes(view.state) && view.store === replica.store.name ? view : undefined;
  });
}

/** The rules of reading, removed. */
const removedFromReads: RemovedRule[] = [
  {
    rule: 1,
    removed: 'a load from a standby is not answered',
    removal: { rules: { standbyFails: false } },
    aim: { faults: ['standby'], minFaults: 2 },
  },
  {
    rule: 1,
    removed: 'the report of a standby is no poll',
    removal: {
      rules: { standbyFails: false },
      replica: ({ view }) => {
        const observe = view.observe.bind(view);
        view.observe = (report, begunAt) => {
          observe({ ...report, isStandby: false }, begunAt);
        };
      },
    },
    aim: { faults: ['standby'], minFaults: 2 },
  },
  {
    rule: 2,
    removed: 'a report expires after 300 ms: for reads',
    removal: {
      replica: (replica) => {
        replace(replica.cache, 'readable', () => {
          const { latest } = internals(replica).view;
          return latest?.state === 'on' && latest.store === replica.store.name ? latest : undefined;
        });
      },
    },
    aim: { faults: ['slowPolls', 'cut'], minFaults: 2, begins: 'on', withinMs: 500 },
  },
  {
    rule: 2,
    removed: 'reads only while on: also while off',
    removal: {
      replica: (replica) => {
        readIn(replica, ['on', 'off']);
      },
    },
    aim: { faults: ['freeze', 'cut', 'drop', 'pause'] },
  },
  {
    rule: 5,
    removed: 'reads only while on: also while warming',
    removal: {
      replica: (replica) => {
        readIn(replica, ['on', 'warming']);
      },
    },
    aim: slowFromOff,
  },
  {
    rule: 2,
    removed: 'a read is a write, which a replica of Redis rejects',
    removal: { rules: { readIsWrite: false } },
    aim: { faults: ['switch', 'split'], minFaults: 1, begins: 'on' },
  },
  {
    rule: 2,
    removed: 'a fill needs its lease',
    removal: { rules: { lease: false } },
    aim: { maxFaults: 0, begins: 'on', withinMs: 100, maxWrites: 8, maxReads: 30 },
  },
  {
    rule: 2,
    removed: 'a reader shares only loads that begin after it came',
    removal: {
      replica: ({ cache }) => {
        const running = new Map<string, Promise<CacheEntry>>();
        const share = (key: string, load: () => Promise<CacheEntry>) => {
          const result = running.get(key) ?? load().finally(() => running.delete(key));
          running.set(key, result);
          return result;
        };
        Object.assign(cache, { loads: { load: share } });
      },
    },
  },
  {
    rule: 3,
    removed: 'a key has the identity of the database',
    removal: { rules: { identityInKey: false } },
    aim: { faults: ['failover', 'cut'], minFaults: 2, begins: 'on', withinMs: 500 },
  },
  {
    rule: 3,
    removed: 'a key has the epoch',
    removal: { rules: { epochInKey: false } },
    aim: { faults: ['cut'], minFaults: 1, begins: 'on', withinMs: 300, maxReads: 20 },
  },
];

/** Every rule, removed. */
export const removedRules = [...removedFromReads, ...removedFromChanges];
