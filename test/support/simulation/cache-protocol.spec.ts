import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { removedRules } from './removals.js';
import { schedules } from './schedules.js';
import { World } from './world.js';

/** `npm run test:soak -- simulation` runs ten thousand. */
const numRuns = 500;
const maxRunsToNotice = 1_000;

describe('The protocol of the cache, simulated', () => {
  it('shows no read that is older than an acknowledged write or an event of the feed', async () => {
    const counts: Record<string, number> = {};
    const property = fc.asyncProperty(schedules(), async (schedule) => {
      const world = new World(schedule);
      expect(await world.run()).toBeUndefined();
      for (const [name, count] of Object.entries(world.counts)) counts[name] = (counts[name] ?? 0) + count;
    });
    await fc.assert(property, { numRuns });
    // Schedules in which nothing is cached or written would prove nothing.
    for (const [name, count] of Object.entries(counts))
      expect([name, count > numRuns / 2]).toEqual([name, true]);
  });

  it.each(removedRules.map((rule) => [rule.rule, rule.removed, rule] as const))(
    'shows one without rule %i: %s',
    async (_rule, _removed, { removal, aim }) => {
      const property = fc.asyncProperty(schedules(aim), async (schedule) => {
        expect(await new World(schedule, removal).run()).toBeUndefined();
      });
      const { failed } = await fc.check(property, { numRuns: maxRunsToNotice, seed: 1, endOnFailure: true });
      expect(failed).toBe(true);
    },
  );
});
