import { constants } from 'node:os';

/** Ends the process in order; replaced while the service starts. */
let shutDown = (): Promise<void> => {
  process.exit(0);
};
const termination = new AbortController();
let isSecond = false;

// A second signal ends the process at once, with its usual exit code.
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    if (isSecond) process.exit(128 + constants.signals[signal]);
    isSecond = true;
    termination.abort();
    void shutDown();
  });

// Loaded after that, because it takes a second, and the first process of a container ignores signals that it does not handle.
const { start } = await import('./start.js');
await start(termination.signal, (next) => {
  shutDown = next;
});
