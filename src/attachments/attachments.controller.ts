import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import { ApiResponse } from '../api/api-response.js';
import { Reader } from '../api/audience.js';
import { ListEndpoint, ReadEndpoint, WriteEndpoint } from '../api/endpoint.decorators.js';
import { created, idempotencyKey, ifMatch } from '../api/endpoint.headers.js';
import { WriteContext } from '../api/write-context.js';
import { RequireScope } from '../auth/scope.guard.js';
import { EvictsTicket } from '../cache/cache.interceptor.js';
import type { IdempotentResult } from '../idempotency/idempotency.service.js';
import { TicketParams } from '../tickets/ticket.dto.js';
import { AttachmentDto, AttachmentPageDto, AttachmentParams, CreateAttachmentDto } from './attachment.dto.js';
import { CreatedAttachmentDto, DownloadDto, ListAttachmentsQuery } from './attachment.dto.js';
import { AttachmentsService } from './attachments.service.js';

/** The time limit of a completion, which reads all bytes if there is a hash. */
const completionMs = 600_000;

const gone = { 410: 'The ticket was deleted.' };
const none = { 404: 'No attachment of this ticket has this id.', ...gone };
const closed = { 409: 'The ticket is closed.' };
const takes = [idempotencyKey, ifMatch];
const location = { Location: { description: 'The signed URL', schema: { type: 'string' } } } as const;

/** The endpoints of attachments. */
@ApiTags('Attachments')
@Controller('ticket/:ticket_id/attachment')
export class AttachmentsController {
  constructor(private readonly attachments: AttachmentsService) {}

  /**
   * Creates an attachment, whose bytes are uploaded next.
   * @remarks Send the bytes by the request in `upload`, then complete the attachment. One that is not complete within 24 hours is deleted.
   */
  @Post()
  @RequireScope('tickets:write', 'tickets:own')
  @WriteEndpoint(CreatedAttachmentDto, {
    ...{ status: 201, takes: [idempotencyKey], sends: created },
    problems: { 404: 'No ticket has this id.', ...gone, ...closed },
  })
  async createAttachment(
    @Param() { ticket_id }: TicketParams,
    @Body() body: CreateAttachmentDto,
    @WriteContext() context: WriteContext,
  ) {
    const { result, replayed } = await this.attachments.create(ticket_id, body, context);
    return new ApiResponse(result, { location: `/ticket/${ticket_id}/attachment/${result.id}`, replayed });
  }

  /**
   * Completes an attachment after its bytes were uploaded.
   * @remarks Checks the size, and the hash if there is one. It is a change of the ticket and raises its version. Completing it again changes nothing.
   */
  @Post(':attachment_id/complete')
  @HttpCode(200)
  @RequireScope('tickets:write', 'tickets:own')
  @EvictsTicket()
  @ReadEndpoint(AttachmentDto, {
    takes,
    problems: {
      ...none,
      409: 'The uploaded bytes are missing, or have another size or hash: upload them again. Or: The ticket is closed.',
      507: 'The store has no space left.',
    },
  })
  async completeAttachment(
    @Param() path: AttachmentParams,
    @WriteContext() context: WriteContext,
    @Res({ passthrough: true }) response: Response,
  ) {
    response.setTimeout(completionMs);
    return toResponse(await this.attachments.complete(path, context));
  }

  /**
   * Removes an attachment, and its bytes soon after.
   * @remarks The removal of a complete attachment raises the version of the ticket.
   */
  @Delete(':attachment_id')
  @RequireScope('tickets:write', 'tickets:own')
  @EvictsTicket()
  @ReadEndpoint(AttachmentDto, { takes, problems: { ...none, ...closed } })
  async deleteAttachment(@Param() path: AttachmentParams, @WriteContext() context: WriteContext) {
    return toResponse(await this.attachments.remove(path, context));
  }

  /**
   * Lists the attachments of a ticket, oldest first.
   * @remarks Follow next_cursor, or Link rel="next", for the next page. Pending attachments are listed too; `state=complete` leaves them out.
   */
  @Get()
  @RequireScope('tickets:read', 'tickets:own')
  @ListEndpoint(AttachmentPageDto, { problems: { 404: 'No ticket has this id.', ...gone } })
  listAttachments(
    @Param() { ticket_id }: TicketParams,
    @Query() query: ListAttachmentsQuery,
    @Reader() reader: Reader,
  ) {
    return this.attachments.list(ticket_id, query, reader);
  }

  /**
   * Reads an attachment, without its bytes.
   * @remarks The content of the attachment leads to the bytes.
   */
  @Get(':attachment_id')
  @RequireScope('tickets:read', 'tickets:own')
  @ReadEndpoint(AttachmentDto, { problems: none })
  getAttachment(@Param() path: AttachmentParams, @Reader() reader: Reader) {
    return this.attachments.find(path, reader);
  }

  /**
   * Redirects to the bytes of a complete attachment.
   * @remarks The signed URL is valid for five minutes. It needs no token, so a browser can download from it.
   */
  @Get(':attachment_id/content')
  @HttpCode(302)
  @RequireScope('tickets:read', 'tickets:own')
  @ReadEndpoint(DownloadDto, {
    ...{ status: 302, description: 'The bytes are at Location.', sends: location },
    problems: { ...none, 409: 'The attachment is pending.' },
  })
  async getAttachmentContent(
    @Param() path: AttachmentParams,
    @Reader() reader: Reader,
    @Res({ passthrough: true }) { locals }: Response,
  ) {
    const download = await this.attachments.download(path, reader, locals.principal?.subject);
    return new ApiResponse(download, { location: download.url });
  }
}

function toResponse({ result, replayed }: IdempotentResult<AttachmentDto>): ApiResponse<AttachmentDto> {
  return new ApiResponse(result, { replayed });
}
