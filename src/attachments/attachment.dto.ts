import { ApiProperty } from '@nestjs/swagger';

import { ReadDto, WriteDto } from '../api/dto.js';
import { Optional } from '../api/field-rules.js';
import { timeSchema } from '../api/fields.js';
import { PageDto, PageQuery } from '../api/pagination.js';
import { ChoiceFilter, IdParameter } from '../api/parameters.js';
import { Attachment, attachmentStates, type AttachmentState } from './attachment.entity.js';
import { LinkParameter } from './attachment.fields.js';

/** A new attachment. */
export class CreateAttachmentDto extends WriteDto(Attachment, {
  required: ['name', 'content_type', 'size'],
  optional: ['sha256', 'visibility', 'comment_id'],
}) {}

/** A file that is attached to a ticket. */
export class AttachmentDto extends ReadDto(Attachment, [
  ...(['id', 'ticket_id', 'name', 'content_type', 'size', 'sha256'] as const),
  ...(['visibility', 'comment_id', 'author', 'state', 'created_at', 'completed_at'] as const),
]) {}

/** A page of the attachments of a ticket. */
export class AttachmentPageDto extends PageDto(AttachmentDto) {}

/** The request that uploads the bytes of an attachment. */
export class UploadRequestDto {
  /** The method. */
  @ApiProperty({ enum: ['PUT'], example: 'PUT' })
  method!: 'PUT';

  /** The signed URL. It begins with PUBLIC_URL, is a path without it, or leads to the S3-compatible store. */
  @ApiProperty({ example: '/ticket/7/attachment/3/file?expires=1795849200&signature=nMc6TqB…' })
  url!: string;

  /** The headers to send. */
  @ApiProperty({
    ...{ type: 'object', additionalProperties: { type: 'string' } },
    example: { 'Content-Type': 'application/pdf' },
  })
  headers!: Record<string, string>;

  /** The time at which the URL expires: RFC 3339, UTC, milliseconds. */
  @ApiProperty(timeSchema)
  expires_at!: string;
}

/** A new attachment, with the request that uploads its bytes. */
export class CreatedAttachmentDto extends AttachmentDto {
  /** The request that uploads the bytes. */
  @ApiProperty({
    type: UploadRequestDto,
    example: {
      ...{ method: 'PUT', url: '/ticket/7/attachment/3/file?expires=1795849200&signature=nMc6TqB…' },
      ...{ headers: { 'Content-Type': 'application/pdf' }, expires_at: '2026-11-24T07:15:42.000Z' },
    },
  })
  upload!: UploadRequestDto;
}

/** A place to download an attachment from. */
export class DownloadDto {
  /** The signed URL. It begins with PUBLIC_URL, is a path without it, or leads to the S3-compatible store. */
  @ApiProperty({ example: '/ticket/7/attachment/3/file?expires=1795849200&signature=nMc6TqB…' })
  url!: string;

  /** The time at which the URL expires: RFC 3339, UTC, milliseconds. */
  @ApiProperty(timeSchema)
  expires_at!: string;
}

/** The path of an attachment. */
export class AttachmentParams {
  /** The id of the ticket, without sign or leading zeros. */
  @IdParameter({ of: 'ticket', example: 7 })
  ticket_id!: number;

  /** The id of the attachment, without sign or leading zeros. */
  @IdParameter({ of: 'attachment', example: 3 })
  attachment_id!: number;
}

/** The filter of a list of attachments. */
export class ListAttachmentsQuery extends PageQuery {
  /** Only attachments in this state. */
  @ChoiceFilter(attachmentStates)
  state?: AttachmentState[];
}

/** The parameters of a signed URL. */
export class LinkQuery {
  /** The time at which the URL expires, in seconds since 1970. */
  @LinkParameter(/^\d{1,12}$/)
  expires!: string;

  /** The caller that the URL was issued to; absent if authentication was off. */
  @Optional()
  @LinkParameter(/^[\w-]{22}$/)
  caller?: string;

  /** The signature. */
  @LinkParameter(/^[\w-]{43}$/)
  signature!: string;
}

/** Returns the name of a list of a ticket's attachments. A cursor is valid for one list. */
export function attachmentList(ticketId: number, state: readonly AttachmentState[]): string {
  return `attachments of ${ticketId}, ${state.join()}`;
}
