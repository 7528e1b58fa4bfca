import { Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import type { Pool } from 'pg';

import { Database, type Transaction } from '../database/database.js';
import type { FeedRow } from '../events/feed-event.js';
import * as sql from './dispatch.sql.js';
import type { WebhookAttemptDto } from './webhook.dto.js';

/** Connections of their own, so that deliveries and requests do not wait for each other. */
const connections = 2;

/** An endpoint while it is locked. */
export interface LockedWebhook {
  url: string;
  secret: string;
  previous_secret: string | null;
  /** True if the next events of the feed need rows. */
  needs_more: boolean;
  is_replay: boolean;
}

/** An event that this replica has leased, with the event itself if it is still there. */
export type ClaimedDelivery = { number: number; ticket_id: number | null; lease: string; tries: number } & (
  FeedRow | { tag: null }
);

/** The result of an attempt. */
export interface AttemptRecord {
  number: number;
  lease: string;
  /** The URL that was called. */
  url: string;
  /** `released` if nothing was sent: the event is due again. */
  outcome: 'delivered' | 'failed' | 'retry' | 'gone' | 'released';
  /** The seconds until the next attempt. */
  delay?: number;
  attempt?: WebhookAttemptDto;
}

/** The result of an exchange. */
export interface Exchange {
  webhook?: LockedWebhook;
  claimed: ClaimedDelivery[];
  /** True if the feed may have more for the endpoint right now. */
  hasMore: boolean;
  /** Why the endpoint was disabled by the results. */
  disabled?: string | null | undefined;
}

/** Runs the statements of the dispatcher. */
@Injectable()
export class DispatchRepository {
  private readonly pool: Pool;
  /** Exchanges that wait here do not count as load of the service. */
  private readonly limit = pLimit(connections);

  constructor(private readonly database: Database) {
    this.pool = database.openPool({ max: connections });
  }

  /** Returns the enabled endpoints, and whether there is something to send to each. */
  enabled(): Promise<{ id: number; is_due: boolean }[]> {
    return this.limit(() => this.database.runOn(this.pool, sql.selectEnabled, []));
  }

  /**
   * Records results of an endpoint, and leases what may be sent next, in one transaction that holds the lock of the endpoint.
   * @param options.disableAfter the seconds without a success after which the endpoint is disabled
   * @param options.mayClaim decides whether this replica can send to the endpoint
   */
  exchange(
    id: number,
    results: AttemptRecord[],
    options: { disableAfter: number; mayClaim: (webhook: LockedWebhook) => boolean },
  ): Promise<Exchange> {
    return this.limit(() =>
      this.database.transaction(async (transaction) => {
        const lock = results.length > 0 ? sql.lockWebhook.wait : sql.lockWebhook.skip;
        const [webhook] = await transaction.run<LockedWebhook>(lock, [id]);
        if (!webhook) return { claimed: [], hasMore: false };
        const disabled = await record(transaction, id, results, options.disableAfter);
        if (!options.mayClaim(webhook)) return { claimed: [], hasMore: false, disabled };
        return { webhook, disabled, ...(await claim(transaction, id, webhook)) };
      }, this.pool),
    );
  }
}

async function record(transaction: Transaction, id: number, results: AttemptRecord[], disableAfter: number) {
  if (results.length === 0) return undefined;
  const values = [id, JSON.stringify(results), disableAfter];
  const [row] = await transaction.run<{ reason: string | null }>(sql.recordAttempts, values);
  return row?.reason;
}

/** Leases what is due. Where little is, the next events of the feed get rows first. */
async function claim(transaction: Transaction, id: number, { needs_more, is_replay }: LockedWebhook) {
  const [place] = needs_more ? await transaction.run<{ is_behind: boolean }>(sql.addDeliveries, [id]) : [];
  if (place && is_replay) await transaction.run(sql.orderDeliveries, [id, false]);
  const claimed = await transaction.run<ClaimedDelivery>(sql.claimDeliveries, [id]);
  return { claimed, hasMore: place?.is_behind ?? false };
}
