import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** The error of one field. */
export class FieldErrorDto {
  /** The name of the field, of the parameter, or `body`. */
  @ApiProperty({ example: 'theme' })
  field!: string;

  /** The rule that it breaks. */
  @ApiProperty({ example: 'must not be blank' })
  message!: string;
}

/** Problem details (RFC 9457): every error of the service has this shape, as application/problem+json. */
export class ProblemDto {
  /** The kind of problem: a stable URI for programs to compare. */
  @ApiProperty({ example: 'urn:problem-type:ticket-system:invalid-request' })
  type!: string;

  /** The kind of problem in words. */
  @ApiProperty({ example: 'Invalid request' })
  title!: string;

  /** The HTTP status. */
  @ApiProperty({ type: 'integer', example: 400 })
  status!: number;

  /** An explanation of this occurrence. */
  @ApiProperty({ example: 'theme must not be blank' })
  detail!: string;

  /** The path of the request. */
  @ApiProperty({ example: '/ticket' })
  instance!: string;

  /** The id of the request: its X-Request-Id, which the log shows too. */
  @ApiProperty({ example: '8f2c1f0e-5c5b-4d43-9d5b-0f4f3b6c7a11' })
  request_id!: string;

  /** For 400: the invalid fields. */
  errors?: FieldErrorDto[];

  /** For 410 of the feed: the cursor of the newest event; null if the feed has never had one. */
  @ApiPropertyOptional({ type: String, nullable: true, example: '42-9f86d081' })
  newest_cursor?: string | null;

  /** For 409: the status of the ticket. */
  current?: string;

  /** For 409: the statuses that the ticket can become. */
  allowed?: string[];

  /** For 409 `external-id-taken`: the ticket that has the external id. */
  @ApiPropertyOptional({ type: 'integer', format: 'int64', example: 7 })
  ticket_id?: number;

  /** For 409 `ticket-claimed`: the assignee of the ticket. */
  assignee?: string;

  /** For 403: the scope that the endpoint requires. */
  scope?: string;
}
