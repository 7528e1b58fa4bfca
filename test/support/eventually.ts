import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until what it asks for holds; fails after this time, which is long where it is no fact in itself. */
export async function eventually(
  holds: () => Promise<boolean>,
  withinMs = 15_000,
  everyMs = 20,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline)
      throw new Error(`Did not come true within ${withinMs} ms: ${holds.toString()}`);
    await sleep(everyMs);
  }
}
