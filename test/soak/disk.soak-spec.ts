import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { DurabilityTrial } from '../support/checker/durability-trial.js';
import { noFindings } from '../support/checker/write-ledger.js';

let disk: string;

// Mounting a small disk needs root.
beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), 'ticket-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=200m', 'tmpfs', disk], {
    stdio: 'inherit',
  });
  expect(status).toBe(0);
});

afterAll(async () => {
  spawnSync('umount', [disk]);
  await rm(disk, { recursive: true });
});

/** Fills the disk to the last byte. */
async function fill(file: string): Promise<void> {
  for (let size = 1_048_576; size >= 1; size /= 16) {
    while (await appendFile(file, Buffer.alloc(size)).then(always, never));
  }
}

const always = () => true;
const never = () => false;

describe('A full disk of PostgreSQL', () => {
  it('makes writes fail with 503, and loses none once there is space again', async () => {
    const trial = await DurabilityTrial.start(disk);
    const filler = join(disk, 'filler');
    const result = await trial.run(async () => {
      for (let round = 0; round < 5; round++) {
        await sleep(500);
        const filling = setInterval(() => void fill(filler), 50);
        await sleep(3_000);
        clearInterval(filling);
        await sleep(200);
        await rm(filler);
        await trial.postgres.restartIfStopped();
        await trial.waitForRecovery();
      }
    });
    await trial.stop();
    writeFileSync('dist/disk-full.json', JSON.stringify(result, null, 2));

    expect(result).toMatchObject(noFindings);
    expect(result.unavailable).toBeGreaterThan(100);
    expect(result.longestMs).toBeLessThan(3_000);
  });
});
