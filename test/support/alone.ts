import { afterAll, beforeAll } from '@jest/globals';
import type { Client } from 'pg';

import { connect } from './servers.js';

/** How long the others of its kind may take. */
const turnMs = 400_000;

/**
 * Lets the tests of this file wait until no other file of heavy load is being tested: what they measure in milliseconds
 * would tell of the machine, not of the service.
 */
export function alone(): void {
  let turn: Client;
  beforeAll(async () => {
    turn = await connect('postgres');
    await turn.query(`SELECT pg_advisory_lock(hashtext('alone'))`);
  }, turnMs);
  afterAll(() => turn.end());
}
