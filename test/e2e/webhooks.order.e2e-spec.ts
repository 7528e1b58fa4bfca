import { describe, expect, it } from '@jest/globals';

import { sendWebhooks } from '../support/checker/webhook-trial.js';

describe('Webhooks', () => {
  it('receive every event, in order for each ticket, while receivers are killed and replicas restart', async () => {
    const run = await sendWebhooks({
      ...{ events: 500, tickets: 50, receiverKillMs: 700, replicaKillMs: 500 },
      signal: 'SIGTERM',
    });
    expect(run.events).toBeGreaterThanOrEqual(500);
    expect(run.kills).toBeGreaterThan(0);
    expect(run.pending).toBe(0);
    for (const { missed, outOfOrder } of run.findings)
      expect({ missed, outOfOrder }).toEqual({ missed: 0, outOfOrder: 0 });
  });
});
