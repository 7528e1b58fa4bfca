import { Controller, Param, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import { ApiResponse } from '../api/api-response.js';
import { ReadEndpoint } from '../api/endpoint.decorators.js';
import { idempotencyKey, ifMatch, versioned } from '../api/endpoint.headers.js';
import { etagOf } from '../api/etags.js';
import { WriteContext } from '../api/write-context.js';
import { AuthorizationService } from '../auth/authorization.service.js';
import { RequireScope } from '../auth/scope.guard.js';
import { EvictsTicket } from '../cache/cache.interceptor.js';
import { CommentDto, CommentParams } from '../comments/comment.dto.js';
import { TicketDto, TicketParams } from '../tickets/ticket.dto.js';
import { RedactionsService } from './redactions.service.js';

const takes = [ifMatch, idempotencyKey];
const gone = { 410: 'The ticket was deleted.' };

/** The endpoints of redactions. */
@ApiTags('Privacy')
@Controller('ticket/:ticket_id')
export class RedactionsController {
  constructor(
    private readonly redactions: RedactionsService,
    private readonly authorization: AuthorizationService,
  ) {}

  /**
   * Replaces the theme and the text of a ticket by "[redacted]".
   * @remarks A closed ticket needs the scope tickets:erase too. A ticket that is redacted already keeps its version.
   */
  @Put('redaction')
  @RequireScope('tickets:write')
  @EvictsTicket()
  @ReadEndpoint(TicketDto, { takes, sends: versioned, problems: { 404: 'No ticket has this id.', ...gone } })
  async redactTicket(
    @Param() { ticket_id }: TicketParams,
    @WriteContext() context: WriteContext,
    @Res({ passthrough: true }) response: Response,
  ) {
    const mayErase = this.authorization.allows('tickets:erase', response);
    const { result, replayed } = await this.redactions.redactTicket(ticket_id, context, mayErase);
    return new ApiResponse(result, { etag: etagOf(result.version), replayed });
  }

  /**
   * Replaces the text of a comment by "[redacted]".
   * @remarks A comment on a closed ticket needs the scope tickets:erase too. A comment that is redacted already stays as it is.
   */
  @Put('comment/:comment_id/redaction')
  @RequireScope('tickets:write')
  @EvictsTicket()
  @ReadEndpoint(CommentDto, {
    takes,
    problems: { 404: 'No comment on this ticket has this id.', ...gone },
  })
  async redactComment(
    @Param() path: CommentParams,
    @WriteContext() context: WriteContext,
    @Res({ passthrough: true }) response: Response,
  ) {
    const mayErase = this.authorization.allows('tickets:erase', response);
    const { result, replayed } = await this.redactions.redactComment(path, context, mayErase);
    return new ApiResponse(result, { replayed });
  }
}
