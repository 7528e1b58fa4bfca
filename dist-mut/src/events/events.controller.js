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
import * as openapi from "@nestjs/swagger";
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Reader } from '../api/audience.js';
import { RequireScope } from '../auth/scope.guard.js';
import { EventStreams } from './event-streams.js';
import { FeedEndpoint, StreamRequest } from './feed.decorators.js';
import { FeedQuery } from './feed-query.dto.js';
import { FeedService } from './feed.service.js';
/** The feed of changes, for other services. */
let EventsController = class EventsController {
    feed;
    streams;
    constructor(feed, streams) {
        this.feed = feed;
        this.streams = streams;
    }
    /**
     * Follows every change of every ticket.
     * @remarks A client that continues with next_cursor misses no event and sees none twice. The events of a ticket come in the order of its versions. next_cursor is always present: after an empty page, ask again with it after a while. With Accept: text/event-stream the response stays open and sends each event as it comes.
     */
    async list({ after, from, limit, ...filters }, reader, stream) {
        const filter = { reader, ...filters };
        if (!stream)
            return this.feed.page(after ?? from, limit, filter);
        return toResponse(await this.streams.open(stream.lastEventId ?? after ?? from, filter, stream.expiresMs));
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Follows every change of every ticket.", description: "A client that continues with next_cursor misses no event and sees none twice. The events of a ticket come in the order of its versions. next_cursor is always present: after an empty page, ask again with it after a while. With Accept: text/event-stream the response stays open and sends each event as it comes." }),
    Get(),
    RequireScope('tickets:read', 'tickets:own'),
    FeedEndpoint(),
    openapi.ApiResponse({ status: 200, type: Object }),
    __param(0, Query()),
    __param(1, Reader()),
    __param(2, StreamRequest()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [FeedQuery, Object, Object]),
    __metadata("design:returntype", Promise)
], EventsController.prototype, "list", null);
EventsController = __decorate([
    ApiTags('Events'),
    Controller('events'),
    __metadata("design:paramtypes", [FeedService,
        EventStreams])
], EventsController);
export { EventsController };
/** A failed stream is cut, so that its client reconnects. An orderly end would look complete. */
function toResponse(stream) {
    return new StreamableFile(stream, { type: 'text/event-stream' }).setErrorHandler((_, response) => {
        response.destroy?.();
    });
}
//# sourceMappingURL=events.controller.js.map