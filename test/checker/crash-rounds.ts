import { setTimeout as sleep } from 'node:timers/promises';

import { createStores } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';
import { freePort } from '../../src/database/free-port.js';
import { CrashLoad, judgeLedger } from './crashes.js';
import { FaultyPostgres } from './faulty-postgres.js';

/** What was found after rounds of killing. */
export type CrashFinding = Awaited<ReturnType<typeof judgeLedger>> & {
  attempts: number;
  acknowledged: number;
  /** How long after the end of each fault the service answered writes again, in milliseconds, at the most. */
  longestRecoveryMs: number;
};

/**
 * Kills the service, or its PostgreSQL, again and again under load, and looks at what is left.
 * @param rounds how often each is killed
 */
export async function crash(rounds: { service: number; postgres: number }): Promise<CrashFinding> {
  const postgres = await FaultyPostgres.start();
  const stores = await createStores();
  const port = await freePort();
  const environment = {
    ...environmentOf(stores),
    ...postgres.environment,
    PORT: String(port),
    LOG_LEVEL: 'warn',
  };
  let service = await Service.launch(environment);
  const load = new CrashLoad(() => `http://127.0.0.1:${port}`, 8);
  let longestRecoveryMs = 0;

  for (let round = 0; round < rounds.service; round++) {
    await sleep(200 + Math.random() * 400);
    await service.stop('SIGKILL');
    service = await Service.launch(environment);
  }
  for (let round = 0; round < rounds.postgres; round++) {
    await sleep(300 + Math.random() * 700);
    await postgres.kill();
    await sleep(Math.random() * 500);
    await postgres.launch();
    longestRecoveryMs = Math.max(longestRecoveryMs, await untilWritten(`http://127.0.0.1:${port}`));
  }
  await sleep(300);
  const ledger = await load.stop();
  const database = await postgres.connect();
  const judged = await judgeLedger(ledger, database);
  await database.end();
  await service.stop();
  await postgres.stop();
  const acknowledged = ledger.tickets.size + ledger.comments.size + ledger.moves.length;
  return { ...judged, attempts: ledger.attempts, acknowledged, longestRecoveryMs };
}

/** How long it takes until a write succeeds. */
async function untilWritten(url: string): Promise<number> {
  const begin = performance.now();
  const body = new URLSearchParams({ theme: 'Back', text: `${begin}`, email: 'ada@example.com' });
  while ((await fetch(`${url}/ticket`, { method: 'POST', body })).status !== 201) await sleep(10);
  return Math.round(performance.now() - begin);
}
