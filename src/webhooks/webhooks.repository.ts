import { Injectable } from '@nestjs/common';

import { Database, type Transaction } from '../database/database.js';
import type { FeedRow } from '../events/feed-event.js';
import { orderDeliveries } from './dispatch.sql.js';
import type { CreateWebhookDto, UpdateWebhookDto, WebhookDeliveryDto, WebhookDto } from './webhook.dto.js';
import type { WebhookDelivery } from './webhook.entity.js';
import * as sql from './webhook.sql.js';

/** The sealed secrets of an endpoint. */
export interface SealedSecrets {
  id: number;
  url: string;
  secret: string;
  previous_secret: string | null;
}

/** How far behind an endpoint is. */
export interface WebhookState {
  id: number;
  disabled_reason: string | null;
  undelivered: number;
  oldest_seconds: number;
}

/** A delivery with its event. */
export type DeliveryRow = FeedRow & Omit<WebhookDeliveryDto, 'event'>;

/** Runs the statements on endpoints, but for those of the dispatcher. */
@Injectable()
export class WebhooksRepository {
  constructor(private readonly database: Database) {}

  /** Creates an endpoint; undefined if there are too many. */
  async insert(
    fields: CreateWebhookDto,
    sealed: string,
    transaction: Transaction = this.database,
  ): Promise<WebhookDto | undefined> {
    const [row] = await transaction.run<WebhookDto>(sql.insertWebhook, [JSON.stringify(fields), sealed]);
    return row;
  }

  /** Returns up to `limit` endpoints after an id. */
  list(after: number, limit: number): Promise<WebhookDto[]> {
    return this.database.run(sql.listWebhooks, [after, limit]);
  }

  /** Returns an endpoint. */
  async find(id: number, transaction: Transaction = this.database): Promise<WebhookDto | undefined> {
    return (await transaction.run<WebhookDto>(sql.findWebhook, [id]))[0];
  }

  /** Changes an endpoint. Where it is enabled or gets another URL, it is tried at once. */
  update(id: number, patch: UpdateWebhookDto, transaction?: Transaction): Promise<WebhookDto | undefined> {
    const act = async (on: Transaction) => {
      const [row] = await on.run<WebhookDto>(sql.updateWebhook, [id, JSON.stringify(patch)]);
      if (row && (patch.enabled || patch.url !== undefined)) {
        if (patch.enabled) await on.run(sql.failExpiredDeliveries, [id]);
        await on.run(orderDeliveries, [id, true]);
      }
      return row;
    };
    return transaction ? act(transaction) : this.database.transaction(act);
  }

  /** Deletes an endpoint; returns whether it existed. */
  async delete(id: number, transaction: Transaction = this.database): Promise<boolean> {
    return (await transaction.run(sql.deleteWebhook, [id])).length > 0;
  }

  /** Replaces the secret of an endpoint. */
  async rotate(
    id: number,
    sealed: string,
    transaction: Transaction = this.database,
  ): Promise<WebhookDto | undefined> {
    return (await transaction.run<WebhookDto>(sql.rotateSecret, [id, sealed]))[0];
  }

  /** Sends events again, from the one after the number `after`. */
  async replay(
    id: number,
    after: number,
    until: number | undefined,
    transaction: Transaction = this.database,
  ): Promise<void> {
    await transaction.run(sql.replayWebhook, [id, after, until]);
  }

  /** Returns the secrets of an endpoint, or of all. */
  secrets(id?: number): Promise<SealedSecrets[]> {
    return this.database.run(sql.selectSecrets, [id]);
  }

  /** Replaces a sealed secret by another text. */
  async reseal(id: number, from: string, to: string): Promise<void> {
    await this.database.run(sql.resealSecret, [id, from, to]);
  }

  /** Returns up to `limit` deliveries of an endpoint before an event, newest first. */
  deliveries(
    id: number,
    before: number,
    limit: number,
    state?: WebhookDelivery['state'],
  ): Promise<DeliveryRow[]> {
    const statement = sql.listDeliveries.get(state);
    return statement ? this.database.run(statement, [id, before, limit]) : Promise.resolve([]);
  }

  /** Returns the number of the first event that any endpoint still needs. */
  async firstNeeded(): Promise<number | null> {
    return (await this.database.runForOne<{ number: number | null }>(sql.selectFirstNeeded, [])).number;
  }

  /** Disables endpoints whose events were removed from the feed; returns their ids. */
  async expire(): Promise<number[]> {
    return (await this.database.run<{ id: number }>(sql.expireWebhooks, [])).map(({ id }) => id);
  }

  /** Deletes some old deliveries; returns whether there may be more. */
  async sweep(): Promise<boolean> {
    return (await this.database.run(sql.sweepDeliveries, [])).length >= sql.sweepSize;
  }

  /** Returns how far behind each endpoint is. */
  states(): Promise<WebhookState[]> {
    return this.database.run(sql.selectStates, []);
  }
}
