import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until the condition holds; throws after `withinMs`, which is generous unless the time itself is tested. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  withinMs = 30_000,
  everyMs = 20,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline)
      throw new Error(`Condition not met within ${withinMs} ms: ${condition.toString()}`);
    await sleep(everyMs);
  }
}
