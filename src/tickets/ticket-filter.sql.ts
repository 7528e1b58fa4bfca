import { visibleTo, type Reader } from '../api/audience.js';
import type { SortKeys } from '../api/cursors.js';
import { columns } from '../api/dto.js';
import { InvalidRequest } from '../api/problem.js';
import { sameAddress } from '../database/addresses.sql.js';
import { ticketStatuses } from './ticket.entity.js';
import { TicketSummaryDto } from './ticket.dto.js';
import { mayFollow, ticketColumns } from './ticket.sql.js';
import type { ListTicketsQuery, TicketFilters } from './ticket-query.dto.js';

const scanColumns = columns(TicketSummaryDto, 'scan');

/** The conditions of a query on tickets, with their values. The first values are the statuses and the visibilities. */
export interface TicketFilter {
  values: unknown[];
  /** The conditions besides those on the columns of `each`. */
  conditions: { field: keyof TicketFilters; text: string }[];
  /** The columns that must have one of several values, each with the parameter of its values. */
  each: { column: string; parameter: string }[];
  /** The parameter with the address of a requester, who may see only its tickets; NULL for the team. */
  requester: string;
}

/** Returns the conditions of a query on the tickets that a reader may see; throws InvalidRequest if they exclude each other. */
export function buildFilter(query: TicketFilters, reader: Reader): TicketFilter {
  const values: unknown[] = [query.status ?? ticketStatuses, visibleTo(reader.audience)];
  const conditions: TicketFilter['conditions'] = [];
  const each = [{ column: 'status', parameter: '$1::ticket_status[]' }];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const where = (field: keyof TicketFilters, condition: (parameter: string) => string) => {
    const value = query[field];
    if (value !== undefined) conditions.push({ field, text: condition(parameter(value)) });
  };
  const { assignee, unassigned, priority } = query;
  if (assignee && unassigned)
    throw new InvalidRequest([{ field: 'assignee', message: 'must not stand beside unassigned' }]);
  if (assignee) each.push({ column: 'assignee', parameter: `${parameter([...new Set(assignee)])}::text[]` });
  if (unassigned) conditions.push({ field: 'unassigned', text: 'ticket.assignee IS NULL' });
  if (priority) each.push({ column: 'priority', parameter: `${parameter(priority)}::ticket_priority[]` });
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

/** An order of tickets: its columns with their directions, and the columns whose values a cursor has. */
export interface TicketOrder {
  columns: ('created_at' | 'updated_at' | 'due_at' | 'priority' | 'id')[];
  direction: 'ASC' | 'DESC';
  /** As in ORDER BY. */
  text: string;
}

/** Returns the order of a list. */
export function parseSort(sort: ListTicketsQuery['sort']): TicketOrder {
  const direction = sort.startsWith('-') ? 'DESC' : 'ASC';
  const column = sort.replace('-', '') as TicketOrder['columns'][number];
  const isTime = column === 'created_at' || column === 'updated_at';
  const columns: TicketOrder['columns'] = isTime ? [column, 'id'] : [column, 'created_at', 'id'];
  const nulls = column === 'due_at' ? 'NULLS LAST' : '';
  return {
    columns,
    direction,
    text: columns.map((name) => `${name} ${direction} ${name === column ? nulls : ''}`).join(', '),
  };
}

/** The parts of a list that follow each other: each is a condition with the parameters of a cursor. */
function partsAfter(
  { columns, direction }: TicketOrder,
  keys: SortKeys | undefined,
  add: (value: unknown) => string,
) {
  const after = (names: string[], values: SortKeys) =>
    `(${names.map((name) => `ticket.${name}`).join(', ')}) ${direction === 'DESC' ? '<' : '>'} (${values.map(add).join(', ')})`;
  if (columns[0] !== 'due_at') return [keys ? after(columns, keys) : 'true'];
  const rest = keys?.[0] === null ? ` AND ${after(columns.slice(1), keys.slice(1))}` : '';
  const undue = `ticket.due_at IS NULL${rest}`;
  if (rest) return [undue];
  return [`ticket.due_at IS NOT NULL${keys ? ` AND ${after(columns, keys)}` : ''}`, undue];
}

/** Returns the condition that a ticket comes after the keys of a cursor, and the conditions of the filter as plain ones. */
export function plainConditions(
  filter: TicketFilter,
  order: TicketOrder,
  keys: SortKeys | undefined,
): string[] {
  const parts = keys ? partsAfter(order, keys, (value) => `$${filter.values.push(value)}`) : [];
  return [
    ...filter.conditions.map(({ text }) => text),
    ...filter.each.slice(1).map(({ column, parameter }) => `ticket.${column} = ANY (${parameter})`),
    ...(parts.length > 0 ? [`(${parts.join(' OR ')})`] : []),
  ];
}

/**
 * Scans an index once for each status, assignee and priority of the filter, from the cursor on, and merges the scans. So any set of them
 * is read in order without reading the rows before the cursor. Tickets without a due time are a second part.
 */
export function listQuery(
  filter: TicketFilter,
  order: TicketOrder,
  keys: SortKeys | undefined,
  limit: number,
): string {
  // The limit is part of the text, because the planner must know it even if the values are parameters.
  const end = `ORDER BY ${order.text} LIMIT ${limit + 1}`;
  const { each, conditions, requester } = filter;
  const values = each.map(({ column, parameter }) => `unnest(${parameter}) AS one_${column} (${column})`);
  const equal = each.map(({ column }) => `ticket.${column} = one_${column}.${column}`);
  const scans = partsAfter(order, keys, (value) => `$${filter.values.push(value)}`).map(
    (part) => `
      SELECT ${scanColumns} FROM ${values.join(' CROSS JOIN ')}
      CROSS JOIN LATERAL (
        SELECT ${ticketColumns('ticket', '$2', requester)} FROM ticket WHERE ${[...equal, ...conditions.map(({ text }) => text), part].join(' AND ')} ${end}
      ) AS scan`,
  );
  return `${scans.map((scan) => (scans.length > 1 ? `(${scan} ${end})` : scan)).join(' UNION ALL ')} ${end}`;
}
