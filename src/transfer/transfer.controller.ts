import { Readable } from 'node:stream';

import { Controller, Get, HttpCode, Post, Req, StreamableFile, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { Request, Response } from 'express';

import { ReadEndpoint } from '../api/endpoint.decorators.js';
import { exemptFromRequestTimeout } from '../api/express.adapter.js';
import { Problem } from '../api/problem.js';
import { WriteContext } from '../api/write-context.js';
import { RequireScope } from '../auth/scope.guard.js';
import { ExportService } from './export.service.js';
import { ExportLineDto } from './export-line.dto.js';
import { ImportedTicketDto, ImportResultDto } from './import-line.dto.js';
import { ImportService } from './import.service.js';

/** Newline-delimited JSON: a JSON value a line. */
const mediaType = 'application/x-ndjson';

/** The body of an import: each of its lines has the schema of `contentSchema`. */
const lines = {
  type: 'string' as const,
  contentMediaType: mediaType,
  contentSchema: { $ref: getSchemaPath(ImportedTicketDto) },
};

/** The import and the export of all tickets. */
@ApiTags('Transfer')
@Controller()
export class TransferController {
  constructor(
    private readonly imports: ImportService,
    private readonly exports: ExportService,
  ) {}

  /**
   * Imports tickets with their comments, a ticket a line.
   * @remarks The body is newline-delimited JSON of any length with lines of at most 1 MiB. The response has a line for each: read it while you send. A ticket is imported whole, and once for each external_id, so lines can be sent again. Lines of an export are imported as they are.
   */
  @Post('import')
  @HttpCode(200)
  @RequireScope('tickets:import')
  @ApiConsumes(mediaType)
  @ApiBody({ schema: lines, required: true })
  @ReadEndpoint(ImportResultDto, {
    mediaType,
    problems: { 415: 'The body is not newline-delimited JSON, or it is compressed.' },
  })
  @ApiExtraModels(ImportedTicketDto)
  async importTickets(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @WriteContext() { actor }: WriteContext,
  ): Promise<StreamableFile> {
    assertLines(request);
    exemptFromRequestTimeout(request);
    const results = await this.imports.start(request, actor);
    if (request.headers.expect) response.writeContinue();
    return toResponse(results);
  }

  /**
   * Exports all tickets with their comments, a ticket a line.
   * @remarks The first line has the number of tickets, and the cursor of the feed to follow from. All lines are of one moment. A client that loads them, then follows GET /events after the cursor, and skips the versions of a ticket that it has, has everything. An export that was cut must be begun again.
   */
  @Get('export')
  @RequireScope('tickets:read')
  @ReadEndpoint(ExportLineDto, { mediaType })
  async exportTickets(@Req() { method }: Request): Promise<StreamableFile> {
    // Express routes a HEAD here too, and would read the whole export for it.
    return toResponse(method === 'HEAD' ? Readable.from([]) : await this.exports.start());
  }
}

/** A failed stream is cut. An orderly end would look complete. */
function toResponse(stream: Readable): StreamableFile {
  return new StreamableFile(stream, { type: mediaType }).setErrorHandler((_, response) => {
    response.destroy?.();
  });
}

function assertLines({ headers }: Request): void {
  const type = headers['content-type'] ?? '';
  const isLines = type.split(';', 1)[0]?.trim().toLowerCase() === mediaType;
  if (isLines && headers['content-encoding'] === undefined) return;
  throw new Problem('unsupported-media-type', `The body must be ${mediaType}, not compressed`);
}
