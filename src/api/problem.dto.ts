/** What is wrong with one field. */
export class FieldErrorDto {
  /**
   * The name of the field, of the parameter, or `body`.
   * @example 'theme'
   */
  field!: string;

  /**
   * What is wrong with it.
   * @example 'must not be blank'
   */
  message!: string;
}

/** Problem details (RFC 9457): every error of the service has this shape, as application/problem+json. */
export class ProblemDto {
  /**
   * The kind of problem: a stable name that programs can compare.
   * @example 'urn:problem-type:ticket-system:invalid-request'
   */
  type!: string;

  /**
   * The kind of problem in words.
   * @example 'The request is not valid'
   */
  title!: string;

  /**
   * The HTTP status.
   * @example 400
   */
  status!: number;

  /**
   * What is wrong this time.
   * @example 'theme must not be blank'
   */
  detail!: string;

  /**
   * The path of the request.
   * @example '/ticket'
   */
  instance!: string;

  /**
   * The id of the request: its X-Request-Id, by which the log has it too.
   * @example '8f2c1f0e-5c5b-4d43-9d5b-0f4f3b6c7a11'
   */
  request_id!: string;

  /** For 400: the fields that break their rules. */
  errors?: FieldErrorDto[];

  /**
   * For 409: the status of the ticket.
   * @example 'closed'
   */
  current?: string;

  /**
   * For 409: the statuses that the ticket may become.
   * @example []
   */
  allowed?: string[];

  /**
   * For 403: the scope that the call needs.
   * @example 'tickets:write'
   */
  scope?: string;
}
