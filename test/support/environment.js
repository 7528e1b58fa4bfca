import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { TestEnvironment } from 'jest-environment-node';

/** Time limit between SIGTERM and SIGKILL. */
const endTimeoutMs = 5_000;

/**
 * Node.js environment of a test file. At its end it ends the processes that a failed test has left running, because they would
 * disturb later tests and keep jest from exiting.
 */
export default class LeavingNoProcess extends TestEnvironment {
  before = new Set(children());

  async teardown() {
    const left = children().filter((pid) => !this.before.has(pid));
    // A stopped process handles no signal before it goes on.
    for (const signal of ['SIGTERM', 'SIGCONT']) left.forEach((pid) => send(pid, signal));
    for (const end = Date.now() + endTimeoutMs; left.some(isChild) && Date.now() < end;) await sleep(50);
    left.filter(isChild).forEach((pid) => send(pid, 'SIGKILL'));
    await super.teardown();
  }
}

/** Process ids of the children of this process; none where the system does not list them. */
function children() {
  try {
    const list = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
    return list.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function isChild(pid) {
  return children().includes(pid);
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
