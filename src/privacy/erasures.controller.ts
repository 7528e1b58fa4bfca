import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { ApiResponse } from '../api/api-response.js';
import { ReadEndpoint, WriteEndpoint } from '../api/endpoint.decorators.js';
import { created, idempotencyKey } from '../api/endpoint.headers.js';
import { WriteContext } from '../api/write-context.js';
import { RequireScope } from '../auth/scope.guard.js';
import { AcceptedErasureDto, CreateErasureDto, ErasureDto, ErasureParams } from './erasure.dto.js';
import { ErasuresService } from './erasures.service.js';

/** The endpoints of erasures. */
@ApiTags('Privacy')
@Controller('erasure')
export class ErasuresController {
  constructor(private readonly erasures: ErasuresService) {}

  /**
   * Erases the data of an email address.
   * @remarks
   * The service works it off in the background. `redact` replaces the texts of the tickets of the address, and `delete` removes the tickets;
   * comments of the address on tickets of others are redacted in both modes. An erasure cannot be undone.
   */
  @Post()
  @HttpCode(202)
  @RequireScope('tickets:erase')
  @WriteEndpoint(AcceptedErasureDto, {
    ...{ status: 202, description: 'Accepted.', jsonOnly: true },
    ...{ takes: [idempotencyKey], sends: created },
  })
  async create(@Body() body: CreateErasureDto, @WriteContext() context: WriteContext) {
    const { result, replayed } = await this.erasures.create(body, context);
    return new ApiResponse(result, { location: `/erasure/${result.id}`, replayed });
  }

  /**
   * Reads an erasure.
   * @remarks It is `done` when nothing of the address is left. The address is not shown.
   */
  @Get(':erasure_id')
  @RequireScope('tickets:erase')
  @ReadEndpoint(ErasureDto, { problems: { 404: 'No erasure has this id.' } })
  find(@Param() { erasure_id }: ErasureParams) {
    return this.erasures.find(erasure_id);
  }
}
