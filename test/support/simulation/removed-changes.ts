import type { Removal } from './replica.js';
import type { Aim } from './schedules.js';

/** A rule of docs/cache.md that is removed, and the schedules that show what it is for. */
export interface RemovedRule {
  rule: number;
  removed: string;
  removal: Removal;
  aim?: Aim;
}

const cutSoon: Aim = { faults: ['cut', 'freeze', 'drop'], minFaults: 1, begins: 'on', withinMs: 500 };
/** A replica whose polls are slow while the others turn the cache on again. */
export const slowFromOff: Aim = {
  begins: 'off',
  faults: ['slowPolls'],
  minFaults: 1,
  minMs: 300,
  locks: true,
  maxReads: 20,
  withinMs: 900,
};
const switched: Aim = { faults: ['switch', 'split', 'restart', 'drop'], minFaults: 1, begins: 'on' };

/** The rules of writing, of the row, of the connection and of the numbering, removed. */
export const removedFromChanges: RemovedRule[] = [
  { rule: 4, removed: 'a write evicts', removal: { rules: { evicts: false } } },
  {
    rule: 4,
    removed: 'an eviction is confirmed',
    removal: { rules: { confirms: false } },
    aim: cutSoon,
  },
  {
    rule: 4,
    removed: 'a replay evicts',
    removal: { rules: { replayEvicts: false } },
    aim: { begins: 'on', maxFaults: 2 },
  },
  {
    rule: 4,
    removed: 'no answer within 400 ms after the place was first seen',
    removal: { replica: ({ view }) => void (view.settle = () => Promise.resolve()) },
    aim: cutSoon,
  },
  {
    rule: 5,
    removed: 'warming owes evictions',
    removal: {
      replica: ({ cache, view }) => {
        const invalidate = cache.invalidate.bind(cache);
        cache.invalidate = async (tickets) => {
          const { state, place } = await view.require();
          await (state === 'warming' ? view.settle(place) : invalidate(tickets));
        };
      },
    },
    aim: {
      begins: 'warming',
      faults: ['slowPolls'],
      minFaults: 1,
      minMs: 300,
      locks: true,
      maxWrites: 8,
      maxReads: 30,
      withinMs: 500,
    },
  },
  {
    rule: 5,
    removed: 'the replica that turns it off waits 400 ms',
    removal: {
      replica: ({ keeper }) => {
        const turnOff = keeper.turnOff.bind(keeper);
        const clock = (keeper as unknown as { clock: { sleep: (ms: number) => Promise<void> } }).clock;
        keeper.turnOff = (place, error) => {
          Object.assign(keeper, {
            clock: { ...clock, sleep: (ms: number) => (ms === 400 ? Promise.resolve() : clock.sleep(ms)) },
          });
          return turnOff(place, error);
        };
      },
    },
    aim: cutSoon,
  },
  {
    rule: 5,
    removed: 'off leads to warming',
    removal: { rules: { warming: false } },
    aim: slowFromOff,
  },
  {
    rule: 5,
    removed: 'off raises the epoch',
    removal: { rules: { offRaisesEpoch: false } },
    aim: { faults: ['cut', 'freeze', 'pause', 'drop'], minFaults: 2, maxFaults: 6 },
  },
  {
    rule: 6,
    removed: 'the row names the Redis',
    removal: {
      replica: ({ store, servers }) => {
        let name: string | undefined;
        Object.defineProperty(store, 'name', {
          get: () => (name === undefined ? undefined : servers.redis.first.name),
          set: (value: string | undefined) => (name = value),
        });
      },
    },
    aim: switched,
  },
  {
    rule: 6,
    removed: 'the server is asked who it is at each connect',
    removal: { rules: { askAtConnect: false } },
    aim: switched,
  },
  {
    rule: 6,
    removed: 'a command goes on the connection that was checked',
    removal: { rules: { sameConnection: false } },
    aim: {
      begins: 'on',
      faults: ['split', 'switch', 'drop'],
      minFaults: 1,
      maxWrites: 8,
      maxReads: 40,
      withinMs: 60,
    },
  },
  {
    rule: 7,
    removed: 'the numbering evicts first',
    removal: { rules: { numberingEvicts: false } },
    aim: { begins: 'on', faults: ['kill', 'kill', 'cut', 'freeze'], minFaults: 1 },
  },
  {
    rule: 7,
    removed: 'the numbering numbers the events that it evicted for',
    removal: { rules: { numbersSelected: false } },
    aim: {
      begins: 'on',
      faults: ['kill'],
      minFaults: 1,
      maxFaults: 2,
      locks: true,
      maxWrites: 8,
      withinMs: 600,
    },
  },
];
