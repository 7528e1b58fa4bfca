import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { choiceError, Satisfies } from '../api/field-rules.js';
import { enumSchema, IdField, namedValues, ServiceField } from '../api/fields.js';
import { TextField, TimeField, timeSchema } from '../api/fields.js';
import { eventTypes, type EventType } from '../events/event.entity.js';

/** The reasons why an endpoint is disabled. */
export const disabledReasons = namedValues('DisabledReason', ['requested', 'gone', 'failing', 'expired']);

const nullableTime = { ...timeSchema, nullable: true, example: null };
const time = { type: 'timestamptz', precision: 3, nullable: true } as const;

/** An endpoint that receives events, with its place in the feed. */
@Entity()
export class Webhook {
  /** The id of the endpoint. */
  @IdField({ primary: true, generated: true, example: 3 })
  id!: number;

  /** The URL that events are sent to. */
  @TextField({ max: 2_048, example: 'https://hooks.example.com/tickets' })
  url!: string;

  /** The types of the events that are sent; null for all types. A change applies to events that are not queued yet. */
  @ServiceField(
    { type: 'text', array: true, nullable: true },
    {
      ...{ ...enumSchema(eventTypes), isArray: true, minItems: 1, uniqueItems: true },
      ...{ nullable: true, example: ['ticket.created'] },
    },
  )
  @Satisfies(typesError)
  types!: EventType[] | null;

  /** A note for people. */
  @TextField({ max: 255, nullable: true, example: 'Search index' })
  description!: string | null;

  /** Whether events are sent. The events that come while it is false are sent when it is true again. */
  @ServiceField({ type: 'boolean', default: true }, { type: Boolean, example: true })
  @Satisfies((value) => (typeof value === 'boolean' ? undefined : 'must be true or false'))
  enabled!: boolean;

  /**
   * Why the endpoint is disabled: `requested` by a client, `gone` because it answered 410, `failing` because no delivery succeeded for
   * long, `expired` because events that it had not received were removed from the feed. Null while it is enabled.
   */
  @ServiceField(
    { type: 'text', nullable: true },
    { ...enumSchema(disabledReasons), nullable: true, example: null },
  )
  disabled_reason!: (typeof disabledReasons)[number] | null;

  /** The time of the first failure since the last success; null while deliveries succeed. */
  @ServiceField(time, nullableTime)
  failing_since!: string | null;

  /** The time of the last success, exact to a second; null before the first one. */
  @ServiceField(time, nullableTime)
  last_success_at!: string | null;

  /** The time of the creation. */
  @TimeField({ default: 'clock_timestamp()' })
  created_at!: string;

  /** The secret that signs, sealed. */
  @Column('text')
  secret!: string;

  /** The secret before the last rotation, sealed. It signs too until `previous_secret_until`. */
  @Column('text', { nullable: true })
  previous_secret!: string | null;

  /** The end of the time for which the old secret signs too. */
  @Column(time)
  previous_secret_until!: string | null;

  /** The place in the feed: the number of the next event that gets a row. */
  @Column('bigint')
  next_number!: number;

  /** The last event of a replay. */
  @Column('bigint', { nullable: true })
  replay_until!: number | null;

  /** The place where the endpoint goes on after a replay. */
  @Column('bigint', { nullable: true })
  resume_number!: number | null;
}

/** The states of a delivery. */
export const deliveryStates = namedValues('DeliveryState', ['pending', 'delivered', 'failed']);

/** An event that is on its way to an endpoint, or was sent to it lately. */
@Entity('webhook_delivery')
@Index('webhook_delivery_due', ['webhook_id', 'next_at'], { where: "state = 'pending'" })
@Index('webhook_delivery_of_ticket', ['webhook_id', 'ticket_id', 'number'], { where: "state = 'pending'" })
@Index('webhook_delivery_failed', ['webhook_id', 'number'], { where: "state = 'failed'" })
@Index('webhook_delivery_by_ticket', ['ticket_id'])
@Index('webhook_delivery_delivered', ['done_at'], { where: "state = 'delivered'" })
export class WebhookDelivery {
  /** The endpoint. */
  @PrimaryColumn('bigint')
  webhook_id!: number;

  /** The number of the event. */
  @PrimaryColumn('bigint')
  number!: number;

  /** The ticket of the event. */
  @Column('bigint')
  ticket_id!: number;

  /** `pending` until the endpoint has accepted the event; `failed` after the last attempt. */
  @Column('text', { default: 'pending' })
  state!: (typeof deliveryStates)[number];

  /** The failed attempts since the event was queued. */
  @Column('integer', { default: 0 })
  tries!: number;

  /** The time of the next attempt, or the end of the lease; null while an earlier event of the ticket is pending. */
  @Column('timestamptz', { nullable: true })
  next_at!: string | null;

  /** The attempt in progress. Its result counts only while the row has this lease. */
  @Column('uuid', { nullable: true })
  lease!: string | null;

  /** True if a replay wants the event once more after the attempt in progress. */
  @Column('boolean', { default: false })
  again!: boolean;

  /** The last attempts. */
  @Column('json', { default: [] })
  attempts!: object[];

  /** The time at which it was delivered or given up. */
  @Column('timestamptz', { nullable: true })
  done_at!: string | null;
}

function typesError(value: unknown): string | undefined {
  if (value === null) return undefined;
  if (!Array.isArray(value) || value.length === 0) return 'must be null or a list of types';
  if (new Set(value).size < value.length) return 'must not contain duplicates';
  return value.map((type) => choiceError(type, eventTypes)).find(Boolean);
}
