var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
import * as openapi_import_1 from "./webhook.dto.js";
import * as openapi from "@nestjs/swagger";
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
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
const noEvent = 'The feed does not have the event: `cursor-expired` or `feed-restarted`, as for `after` of the feed.';
/** A test may take as long as an attempt. Connections without progress are closed after this time. */
const testTimeoutMs = 20_000;
/** The endpoints that receive events. */
let WebhooksController = class WebhooksController {
    webhooks;
    constructor(webhooks) {
        this.webhooks = webhooks;
    }
    /**
     * Creates a webhook: a URL that receives every event from now on.
     * @remarks The response has the secret that verifies signatures; no other response shows it. With an Idempotency-Key the request is safe to repeat.
     */
    async create(body, context) {
        const { webhook, replayed } = await this.webhooks.create(body, context);
        return new ApiResponse(webhook, { location: `/webhook/${webhook.id}`, replayed });
    }
    /**
     * Lists the webhooks, oldest first.
     * @remarks Follow next_cursor, or Link rel="next", for the next page.
     */
    list(query) {
        return this.webhooks.list(query);
    }
    /**
     * Reads a webhook.
     * @remarks It shows whether deliveries succeed, and why a webhook is disabled. The secret is not shown.
     */
    find({ webhook_id }) {
        return this.webhooks.find(webhook_id);
    }
    /**
     * Changes a webhook.
     * @remarks With another URL, or with `enabled: true`, events that wait for their next attempt are sent at once.
     */
    update({ webhook_id }, body) {
        return this.webhooks.update(webhook_id, body);
    }
    /**
     * Deletes a webhook with its deliveries.
     * @remarks A request that is under way goes on. No further one is sent.
     */
    delete({ webhook_id }) {
        return this.webhooks.delete(webhook_id);
    }
    /**
     * Replaces the secret of a webhook.
     * @remarks For 24 hours events are signed with the old secret too. With an Idempotency-Key the request is safe to repeat.
     */
    async rotateSecret({ webhook_id }, context) {
        const { webhook, replayed } = await this.webhooks.rotate(webhook_id, context);
        return new ApiResponse(webhook, { replayed });
    }
    /**
     * Sends an event of the type `webhook.test`, and returns what became of it.
     * @remarks It is sent once, to a disabled webhook too, and takes up to 15 seconds.
     */
    test({ webhook_id }, request) {
        request.setTimeout(testTimeoutMs);
        return this.webhooks.test(webhook_id);
    }
    /**
     * Lists the deliveries of a webhook, newest first.
     * @remarks Those that succeeded are shown for a day, those that failed for 30 days.
     */
    listDeliveries({ webhook_id }, query) {
        return this.webhooks.deliveries(webhook_id, query);
    }
    /**
     * Sends events again that the feed still has, before newer ones.
     * @remarks `after` is exclusive, `until` inclusive. A replay that is requested during another one extends it to the range of both.
     */
    replay({ webhook_id }, body) {
        return this.webhooks.replay(webhook_id, body);
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Creates a webhook: a URL that receives every event from now on.", description: "The response has the secret that verifies signatures; no other response shows it. With an Idempotency-Key the request is safe to repeat." }),
    Post(),
    RequireScope('webhooks:manage'),
    WriteEndpoint(WebhookWithSecretDto, {
        ...{ status: 201, jsonOnly, takes, sends: created },
        problems: { 409: 'There are 100 webhooks, which is the limit.' },
    }),
    openapi.ApiResponse({ status: 201 }),
    __param(0, Body()),
    __param(1, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [CreateWebhookDto, Object]),
    __metadata("design:returntype", Promise)
], WebhooksController.prototype, "create", null);
__decorate([
    openapi.ApiOperation({ summary: "Lists the webhooks, oldest first.", description: "Follow next_cursor, or Link rel=\"next\", for the next page." }),
    Get(),
    RequireScope('webhooks:manage'),
    ListEndpoint(WebhookPageDto),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Query()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [PageQuery]),
    __metadata("design:returntype", void 0)
], WebhooksController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "Reads a webhook.", description: "It shows whether deliveries succeed, and why a webhook is disabled. The secret is not shown." }),
    Get(':webhook_id'),
    RequireScope('webhooks:manage'),
    ReadEndpoint(WebhookDto, { problems: noWebhook }),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.WebhookDto }),
    __param(0, Param()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [WebhookParams]),
    __metadata("design:returntype", void 0)
], WebhooksController.prototype, "find", null);
__decorate([
    openapi.ApiOperation({ summary: "Changes a webhook.", description: "With another URL, or with `enabled: true`, events that wait for their next attempt are sent at once." }),
    Patch(':webhook_id'),
    RequireScope('webhooks:manage'),
    WriteEndpoint(WebhookDto, { jsonOnly, problems: noWebhook }),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.WebhookDto }),
    __param(0, Param()),
    __param(1, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [WebhookParams, UpdateWebhookDto]),
    __metadata("design:returntype", void 0)
], WebhooksController.prototype, "update", null);
__decorate([
    openapi.ApiOperation({ summary: "Deletes a webhook with its deliveries.", description: "A request that is under way goes on. No further one is sent." }),
    Delete(':webhook_id'),
    HttpCode(204),
    RequireScope('webhooks:manage'),
    ReadEndpoint(undefined, { status: 204, description: 'Deleted.', problems: noWebhook }),
    openapi.ApiResponse({ status: 204 }),
    __param(0, Param()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [WebhookParams]),
    __metadata("design:returntype", void 0)
], WebhooksController.prototype, "delete", null);
__decorate([
    openapi.ApiOperation({ summary: "Replaces the secret of a webhook.", description: "For 24 hours events are signed with the old secret too. With an Idempotency-Key the request is safe to repeat." }),
    Post(':webhook_id/secret'),
    HttpCode(200),
    RequireScope('webhooks:manage'),
    WriteEndpoint(WebhookWithSecretDto, { jsonOnly, takes, problems: noWebhook }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, WriteContext()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [WebhookParams, Object]),
    __metadata("design:returntype", Promise)
], WebhooksController.prototype, "rotateSecret", null);
__decorate([
    openapi.ApiOperation({ summary: "Sends an event of the type `webhook.test`, and returns what became of it.", description: "It is sent once, to a disabled webhook too, and takes up to 15 seconds." }),
    Post(':webhook_id/test'),
    HttpCode(200),
    RequireScope('webhooks:manage'),
    WriteEndpoint(WebhookAttemptDto, { jsonOnly, problems: noWebhook }),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.WebhookAttemptDto }),
    __param(0, Param()),
    __param(1, Req()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [WebhookParams, Object]),
    __metadata("design:returntype", void 0)
], WebhooksController.prototype, "test", null);
__decorate([
    openapi.ApiOperation({ summary: "Lists the deliveries of a webhook, newest first.", description: "Those that succeeded are shown for a day, those that failed for 30 days." }),
    Get(':webhook_id/delivery'),
    RequireScope('webhooks:manage'),
    ListEndpoint(WebhookDeliveryPageDto, { problems: noWebhook }),
    openapi.ApiResponse({ status: 200 }),
    __param(0, Param()),
    __param(1, Query()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [WebhookParams, ListDeliveriesQuery]),
    __metadata("design:returntype", void 0)
], WebhooksController.prototype, "listDeliveries", null);
__decorate([
    openapi.ApiOperation({ summary: "Sends events again that the feed still has, before newer ones.", description: "`after` is exclusive, `until` inclusive. A replay that is requested during another one extends it to the range of both." }),
    Post(':webhook_id/replay'),
    HttpCode(202),
    RequireScope('webhooks:manage'),
    WriteEndpoint(WebhookDto, {
        ...{
            status: 202,
            description: 'The events are sent.',
            jsonOnly,
            problems: { ...noWebhook, 410: noEvent },
        },
    }),
    openapi.ApiResponse({ status: 202, type: openapi_import_1.WebhookDto }),
    __param(0, Param()),
    __param(1, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [WebhookParams, ReplayWebhookDto]),
    __metadata("design:returntype", void 0)
], WebhooksController.prototype, "replay", null);
WebhooksController = __decorate([
    ApiTags('Webhooks'),
    Controller('webhook'),
    __metadata("design:paramtypes", [WebhooksService])
], WebhooksController);
export { WebhooksController };
//# sourceMappingURL=webhooks.controller.js.map