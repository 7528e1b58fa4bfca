import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until the condition holds; throws after `withinMs`, by default long enough for a start of the service. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  withinMs = 60_000,
  everyMs = 20,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Condition false for ${withinMs} ms: ${condition.toString()}`);
    await sleep(everyMs);
  }
}
