import { Transform } from 'class-transformer';
import { ApiProperty } from '@nestjs/swagger';

import { IsId } from '../../api/fields.js';
import { TicketNotFound } from '../ticket.errors.js';

/** The path of a ticket. */
export class TicketParams {
  /** The number of the ticket, written canonically. */
  @ApiProperty({ type: 'integer', format: 'int64', minimum: 1, example: 7 })
  @IsId()
  @Transform(({ value, obj }: { value: unknown; obj: TicketParams }) => existing(value, obj.ticket_id))
  ticket_id!: number;
}

/** No ticket has a number that JavaScript cannot hold exactly, so none needs to be asked for. */
function existing(id: unknown, written: number): unknown {
  if (typeof id === 'number' && !Number.isSafeInteger(id)) throw new TicketNotFound(written);
  return id;
}
