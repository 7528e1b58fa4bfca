import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';

import { ApiResponse } from '../api/api-response.js';
import { ListEndpoint, ReadEndpoint, WriteEndpoint } from '../api/endpoint.decorators.js';
import { created, idempotencyKey } from '../api/endpoint.headers.js';
import { PageQuery } from '../api/pagination.js';
import { WriteContext } from '../api/write-context.js';
import { RequireScope } from '../auth/scope.guard.js';
import { CreateWebhookDto, ReplayWebhookDto, UpdateWebhookDto, WebhookDto } from './webhook.dto.js';
import { ListDeliveriesQuery, WebhookAttemptDto, WebhookDeliveryPageDto } from './webhook.dto.js';
import { WebhookPageDto, WebhookParams, WebhookWithSecretDto } from './webhook.dto.js';
import { WebhooksService } from './webhooks.service.js';

const noWebhook = { 404: 'No webhook has this id.' };
const jsonOnly = true;
const takes = [idempotencyKey];
const noEvent =
  'The feed does not have the event: `cursor-expired` or `feed-restarted`, as for `after` of the feed.';

/** A test may take as long as an attempt. Connections without progress are closed after this time. */
const testTimeoutMs = 20_000;

/** The endpoints that receive events. */
@ApiTags('Webhooks')
@Controller('webhook')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  /**
   * Creates a webhook: a URL that receives every event from now on.
   * @remarks The response has the secret that verifies signatures; no other response shows it. With an Idempotency-Key the request is safe to repeat.
   */
  @Post()
  @RequireScope('webhooks:manage')
  @WriteEndpoint(WebhookWithSecretDto, {
    ...{ status: 201, jsonOnly, takes, sends: created },
    problems: { 409: 'There are 100 webhooks, which is the limit.' },
  })
  async create(@Body() body: CreateWebhookDto, @WriteContext() context: WriteContext) {
    const { result, replayed } = await this.webhooks.create(body, context);
    return new ApiResponse(result, { location: `/webhook/${result.id}`, replayed });
  }

  /**
   * Lists the webhooks, oldest first.
   * @remarks Follow next_cursor, or Link rel="next", for the next page.
   */
  @Get()
  @RequireScope('webhooks:manage')
  @ListEndpoint(WebhookPageDto)
  list(@Query() query: PageQuery) {
    return this.webhooks.list(query);
  }

  /**
   * Reads a webhook.
   * @remarks It shows whether deliveries succeed, and why a webhook is disabled. The secret is not shown.
   */
  @Get(':webhook_id')
  @RequireScope('webhooks:manage')
  @ReadEndpoint(WebhookDto, { problems: noWebhook })
  find(@Param() { webhook_id }: WebhookParams) {
    return this.webhooks.find(webhook_id);
  }

  /**
   * Changes a webhook.
   * @remarks With another URL, or with `enabled: true`, events that wait for their next attempt are sent at once.
   */
  @Patch(':webhook_id')
  @RequireScope('webhooks:manage')
  @WriteEndpoint(WebhookDto, { jsonOnly, takes, problems: noWebhook })
  async update(
    @Param() { webhook_id }: WebhookParams,
    @Body() body: UpdateWebhookDto,
    @WriteContext() context: WriteContext,
  ) {
    const { result, replayed } = await this.webhooks.update(webhook_id, body, context);
    return new ApiResponse(result, { replayed });
  }

  /**
   * Deletes a webhook with its deliveries.
   * @remarks A request that is under way goes on. No further one is sent.
   */
  @Delete(':webhook_id')
  @HttpCode(204)
  @RequireScope('webhooks:manage')
  @ReadEndpoint(undefined, { status: 204, description: 'Deleted.', takes, problems: noWebhook })
  async delete(@Param() { webhook_id }: WebhookParams, @WriteContext() context: WriteContext) {
    const { replayed } = await this.webhooks.delete(webhook_id, context);
    return new ApiResponse(undefined, { replayed });
  }

  /**
   * Replaces the secret of a webhook.
   * @remarks For 24 hours events are signed with the old secret too. With an Idempotency-Key the request is safe to repeat.
   */
  @Post(':webhook_id/secret')
  @HttpCode(200)
  @RequireScope('webhooks:manage')
  @WriteEndpoint(WebhookWithSecretDto, { jsonOnly, takes, problems: noWebhook })
  async rotateSecret(@Param() { webhook_id }: WebhookParams, @WriteContext() context: WriteContext) {
    const { result, replayed } = await this.webhooks.rotate(webhook_id, context);
    return new ApiResponse(result, { replayed });
  }

  /**
   * Sends an event of the type `webhook.test`, and returns what became of it.
   * @remarks It is sent once, to a disabled webhook too, and takes up to 15 seconds. It changes nothing, so it takes no Idempotency-Key: a repetition sends another one.
   */
  @Post(':webhook_id/test')
  @HttpCode(200)
  @RequireScope('webhooks:manage')
  @WriteEndpoint(WebhookAttemptDto, { jsonOnly, problems: noWebhook })
  test(@Param() { webhook_id }: WebhookParams, @Req() request: Request) {
    request.setTimeout(testTimeoutMs);
    return this.webhooks.test(webhook_id);
  }

  /**
   * Lists the deliveries of a webhook, newest first.
   * @remarks Those that succeeded are shown for a day, those that failed for 30 days.
   */
  @Get(':webhook_id/delivery')
  @RequireScope('webhooks:manage')
  @ListEndpoint(WebhookDeliveryPageDto, { problems: noWebhook })
  listDeliveries(@Param() { webhook_id }: WebhookParams, @Query() query: ListDeliveriesQuery) {
    return this.webhooks.deliveries(webhook_id, query);
  }

  /**
   * Sends events again that the feed still has, before newer ones.
   * @remarks `after` is exclusive, `until` inclusive. A replay that is requested during another one extends it to the range of both.
   */
  @Post(':webhook_id/replay')
  @HttpCode(202)
  @RequireScope('webhooks:manage')
  @WriteEndpoint(WebhookDto, {
    ...{ status: 202, description: 'The events are sent.', jsonOnly, takes },
    problems: { ...noWebhook, 410: noEvent },
  })
  async replay(
    @Param() { webhook_id }: WebhookParams,
    @Body() body: ReplayWebhookDto,
    @WriteContext() context: WriteContext,
  ) {
    const { result, replayed } = await this.webhooks.replay(webhook_id, body, context);
    return new ApiResponse(result, { replayed });
  }
}
