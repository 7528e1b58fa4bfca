import { ApiProperty } from '@nestjs/swagger';

import { ReadDto, WriteDto } from '../api/dto.js';
import { enumSchema, timeSchema } from '../api/fields.js';
import { PageDto, PageQuery } from '../api/pagination.js';
import { IdParameter, OptionalChoice } from '../api/parameters.js';
import { cloudEventSchema, type CloudEventDto } from '../events/event.dto.js';
import type { FeedCursor } from '../events/feed-cursor.js';
import { FeedCursorField } from '../events/feed-query.dto.js';
import { deliveryStates, Webhook } from './webhook.entity.js';

/** A new endpoint. */
export class CreateWebhookDto extends WriteDto(Webhook, {
  required: ['url'],
  optional: ['types', 'description'],
}) {}

/** A change of an endpoint. */
export class UpdateWebhookDto extends WriteDto(Webhook, {
  required: [],
  optional: ['url', 'types', 'enabled', 'description'],
}) {}

/** An endpoint that receives events. */
export class WebhookDto extends ReadDto(Webhook, [
  ...(['id', 'url', 'types', 'description', 'enabled', 'disabled_reason'] as const),
  ...(['failing_since', 'last_success_at', 'created_at'] as const),
]) {}

/** An endpoint with its secret, which no other response shows. */
export class WebhookWithSecretDto extends WebhookDto {
  /** The secret that verifies signatures. Store it: it is not shown again. */
  @ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })
  secret!: string;
}

/** A page of endpoints. */
export class WebhookPageDto extends PageDto(WebhookDto) {}

/** The path of an endpoint. */
export class WebhookParams {
  /** The id of the endpoint, without sign or leading zeros. */
  @IdParameter({ of: 'webhook', example: 3 })
  webhook_id!: number;
}

/** A request to the endpoint, and its result. */
export class WebhookAttemptDto {
  /** The time of the request. */
  @ApiProperty(timeSchema)
  at!: string;

  /** The status of the answer; null without an answer. */
  @ApiProperty({ type: 'integer', nullable: true, example: 204 })
  status!: number | null;

  /** The milliseconds until the answer, or until the request failed. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 38 })
  duration_ms!: number;

  /** The first 1 KiB of the answer; null without an answer. */
  @ApiProperty({ type: String, nullable: true, example: '' })
  answer!: string | null;

  /** Why there is no answer, or why it is no success; null otherwise. */
  @ApiProperty({ type: String, nullable: true, example: null })
  error!: string | null;
}

/** An event on its way to an endpoint. */
export class WebhookDeliveryDto {
  /** The event as the endpoint receives it. */
  @ApiProperty(cloudEventSchema)
  event!: CloudEventDto;

  /** `pending` until the endpoint has accepted the event; `failed` after the last attempt. */
  @ApiProperty({ ...enumSchema(deliveryStates), example: 'delivered' })
  state!: (typeof deliveryStates)[number];

  /** The time of the next attempt; null if there is none, or while an earlier event of the ticket is pending. */
  @ApiProperty({ ...timeSchema, nullable: true, example: null })
  next_attempt_at!: string | null;

  /** The attempts, oldest first; the last ten at most. */
  @ApiProperty({ type: [WebhookAttemptDto] })
  attempts!: WebhookAttemptDto[];
}

/** A page of deliveries. */
export class WebhookDeliveryPageDto extends PageDto(WebhookDeliveryDto) {}

/** The filter of the deliveries. */
export class ListDeliveriesQuery extends PageQuery {
  /** Only deliveries in this state. */
  @OptionalChoice(deliveryStates)
  state?: (typeof deliveryStates)[number];
}

const cursorMessage = 'must be the id of an event, or a cursor of the feed';

/** The events to send again. */
export class ReplayWebhookDto {
  /** The id of the event before the first one that is sent again, or a cursor of the feed. */
  @FeedCursorField(cursorMessage)
  after!: FeedCursor;

  /** The id of the last event that is sent again. Without it, all events up to now. */
  @FeedCursorField(cursorMessage, { required: false })
  until?: FeedCursor;
}
