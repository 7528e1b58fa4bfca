import { visibleTo, type Reader } from '../api/audience.js';
import { InvalidRequest } from '../api/problem.js';
import { sameAddress } from '../database/addresses.sql.js';
import { ticketStatuses } from './ticket.entity.js';
import { mayFollow } from './ticket.sql.js';
import type { TicketFilters } from './ticket-query.dto.js';

/** A column that must have one of `size` values, which are a parameter. */
export interface EqualTo {
  column: 'status' | 'assignee' | 'priority';
  parameter: string;
  size: number;
}

/** The condition of `EqualTo`. */
export const isOneOf = ({ column, parameter }: EqualTo) => `ticket.${column} = ANY (${parameter})`;

/** The conditions of a query on tickets, with their values. The first values are the statuses and the visibilities. */
export interface TicketFilter {
  values: unknown[];
  /** The conditions besides those on the columns of `each`. */
  conditions: { field: keyof TicketFilters; text: string }[];
  each: EqualTo[];
  /** The parameter with the address of a requester, who may see only its tickets; NULL for the team. */
  requester: string;
}

/** Returns the conditions of a query on the tickets that a reader may see; throws InvalidRequest if they exclude each other. */
export function buildFilter(query: TicketFilters, reader: Reader): TicketFilter {
  const statuses = query.status ?? ticketStatuses;
  const values: unknown[] = [statuses, visibleTo(reader.audience)];
  const conditions: TicketFilter['conditions'] = [];
  const each: EqualTo[] = [{ column: 'status', parameter: '$1::ticket_status[]', size: statuses.length }];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const oneOf = (column: EqualTo['column'], type: string, list: unknown[]) =>
    each.push({ column, parameter: `${parameter(list)}::${type}[]`, size: list.length });
  const where = (field: keyof TicketFilters, condition: (parameter: string) => string) => {
    const value = query[field];
    if (value !== undefined) conditions.push({ field, text: condition(parameter(value)) });
  };
  const { assignee, unassigned, priority } = query;
  if (assignee && unassigned)
    throw new InvalidRequest([{ field: 'assignee', message: 'must not stand beside unassigned' }]);
  if (assignee) oneOf('assignee', 'text', [...new Set(assignee)]);
  if (unassigned) conditions.push({ field: 'unassigned', text: 'ticket.assignee IS NULL' });
  if (priority) oneOf('priority', 'ticket_priority', priority);
  const requester = reader.email === undefined ? 'NULL' : `${parameter(reader.email)}::text`;
  if (reader.email !== undefined) conditions.push({ field: 'email', text: sameAddress('email', requester) });
  where('email', (value) => sameAddress('email', value));
  where('external_id', (value) => `external_id = ${value}`);
  // The second condition is that of the index.
  where('tag', (value) => `tags @> ${value}::text[] AND tags <> '{}'`);
  where('metadata', (value) => `metadata @> ${value}::jsonb AND metadata <> '{}'`);
  where('follows', (value) => `follows = ${value} AND ${mayFollow('ticket', requester)}`);
  for (const name of ['created', 'updated', 'closed'] as const) {
    where(`${name}_from`, (value) => `ticket.${name}_at >= ${value}`);
    where(`${name}_to`, (value) => `ticket.${name}_at < ${value}`);
  }
  where('due_to', (value) => `ticket.due_at < ${value}`);
  return { values, conditions, each, requester };
}
