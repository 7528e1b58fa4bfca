import { setTimeout as sleep } from 'node:timers/promises';

import { Trial, type TrialFinding } from './trial.js';

/**
 * Kills the service, or its PostgreSQL, again and again under load, and looks at what is left.
 * @param rounds how often each is killed
 */
export async function crash(rounds: { service: number; postgres: number }): Promise<TrialFinding> {
  const trial = await Trial.start();
  const finding = await trial.under(async () => {
    for (let round = 0; round < rounds.service; round++) {
      await sleep(200 + Math.random() * 400);
      await trial.killService();
    }
    for (let round = 0; round < rounds.postgres; round++) {
      await sleep(300 + Math.random() * 700);
      await trial.postgres.kill();
      await sleep(Math.random() * 500);
      await trial.postgres.launch();
      await trial.recovers();
    }
  });
  await trial.stop();
  return finding;
}
