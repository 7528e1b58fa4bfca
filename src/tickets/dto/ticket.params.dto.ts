import { Transform } from 'class-transformer';
import { IsInt } from 'class-validator';
import { ApiProperty } from '@nestjs/swagger';

import { TicketNotFound } from '../ticket-errors.js';

/**
 * The id in a path: a positive integer in its one canonical form.
 * @returns undefined where it is not one, e.g. 0, 07, 1e3 or +7
 */
export function parseTicketId(id: unknown): number | undefined {
  return typeof id === 'string' && /^[1-9]\d*$/.test(id) ? Number(id) : undefined;
}

/** The path of a ticket. */
export class TicketParams {
  /** The number of the ticket, written canonically. */
  @ApiProperty({ type: 'integer', format: 'int64', minimum: 1, example: 7 })
  @Transform(({ value }) => existing(parseTicketId(value), value))
  @IsInt({ message: 'must be a positive integer, written without sign or leading zeros' })
  ticket_id!: number;
}

/** No ticket has a number that JavaScript cannot hold exactly, so none needs to be asked for. */
function existing(id: number | undefined, written: unknown): number | undefined {
  if (id !== undefined && !Number.isSafeInteger(id)) throw new TicketNotFound(String(written));
  return id;
}
