import { writeFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { removedRules } from '../support/simulation/removals.js';
import { schedules } from '../support/simulation/schedules.js';
import { World } from '../support/simulation/world.js';

/** Long run of the simulation: `npm run test:soak -- simulation`. docs/cache.md shows its figures. */
const numRuns = 10_000;
const maxRunsToNotice = 1_000;
const limitMs = 600_000;

describe('Ten thousand simulated schedules', () => {
  it(
    'show no stale read',
    async () => {
      const begin = performance.now();
      const property = fc.asyncProperty(schedules(), async (schedule) => {
        expect(await new World(schedule).run()).toBeUndefined();
      });
      await fc.assert(property, { numRuns });
      const seconds = Math.round((performance.now() - begin) / 1_000);
      const shown: { rule: number; removed: string; faults: string; after: number }[] = [];
      for (const { rule, removed, removal, aim } of removedRules) {
        const faulty = fc.asyncProperty(schedules(aim), async (schedule) => {
          expect(await new World(schedule, removal).run()).toBeUndefined();
        });
        const { failed, numRuns: after } = await fc.check(faulty, {
          ...{ numRuns: maxRunsToNotice, seed: 1, endOnFailure: true },
        });
        expect([removed, failed]).toEqual([removed, true]);
        const faults = aim?.maxFaults === 0 ? 'none' : (aim?.faults?.join(', ') ?? 'all');
        shown.push({
          rule,
          removed,
          faults: `${faults}${aim?.begins ? `; begins ${aim.begins}` : ''}`,
          after,
        });
      }
      writeFileSync('dist/simulation.json', JSON.stringify({ numRuns, seconds, shown }, null, 2));
    },
    limitMs,
  );
});
