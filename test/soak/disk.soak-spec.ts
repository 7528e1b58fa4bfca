import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { nothingWrong } from '../support/checker/crashes.js';
import { Trial, type TrialFinding } from '../support/checker/trial.js';

let disk: string;

/** A small disk needs root: hence this is `npm run test:soak -- disk`, not a part of `npm test`. */
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

/** Fills the disk to its last byte. */
async function fill(file: string): Promise<void> {
  for (let size = 1_048_576; size >= 1; size /= 16) {
    while (await appendFile(file, Buffer.alloc(size)).then(always, never));
  }
}

const always = () => true;
const never = () => false;

it('a disk that is full is answered 503, and once there is room again nothing is lost', async () => {
  const trial = await Trial.start(disk);
  const filler = join(disk, 'filler');
  const finding: TrialFinding = await trial.under(async () => {
    for (let round = 0; round < 5; round++) {
      await sleep(500);
      const filling = setInterval(() => void fill(filler), 50);
      await sleep(3_000);
      clearInterval(filling);
      await sleep(200);
      await rm(filler);
      await trial.postgres.revive();
      await trial.recovers();
    }
  });
  await trial.stop();
  writeFileSync('dist/disk-full.json', JSON.stringify(finding, null, 2));

  expect(finding).toMatchObject(nothingWrong);
  expect(finding.unavailable).toBeGreaterThan(100);
  expect(finding.longestMs).toBeLessThan(3_000);
}, 120_000);
