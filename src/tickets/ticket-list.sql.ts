import type { SortKeys } from '../api/cursors.js';
import { isOneOf, type TicketFilter } from './ticket-filter.sql.js';
import type { ListTicketsQuery, TicketFilters } from './ticket-query.dto.js';
import { ticketColumns } from './ticket.sql.js';

type Column = 'created_at' | 'updated_at' | 'due_at' | 'priority' | 'id';

/** An order of tickets: its columns with their directions, and the columns whose values a cursor has. */
export interface TicketOrder {
  columns: Column[];
  direction: 'ASC' | 'DESC';
  /** As in ORDER BY. */
  text: string;
}

/** Returns the order of a list. */
export function parseSort(sort: ListTicketsQuery['sort']): TicketOrder {
  const direction = sort.startsWith('-') ? 'DESC' : 'ASC';
  const column = sort.replace('-', '') as Column;
  const isTime = column === 'created_at' || column === 'updated_at';
  const names: Column[] = isTime ? [column, 'id'] : [column, 'created_at', 'id'];
  const text = orderBy(names, direction);
  return {
    columns: names,
    direction,
    text: column === 'due_at' ? text.replace(direction, `${direction} NULLS LAST`) : text,
  };
}

const orderBy = (names: Column[], direction: string) =>
  names.map((name) => `${name} ${direction}`).join(', ');

/** A part of a list: its condition, and its order, which is that of an index. */
interface Part {
  condition: string;
  order: string;
  /** True for tickets without a due time. */
  isUndue?: boolean;
}

/** The parts of a list that follow each other, from a cursor on. Tickets without a due time are a part of their own. */
function partsAfter(
  { columns: names, direction }: TicketOrder,
  keys: SortKeys | undefined,
  add: (value: unknown) => string,
): Part[] {
  const after = (some: Column[], values: SortKeys) =>
    `(${some.map((name) => `ticket.${name}`).join(', ')}) ${direction === 'DESC' ? '<' : '>'} (${values.map(add).join(', ')})`;
  const order = orderBy(names, direction);
  if (names[0] !== 'due_at') return [{ condition: keys ? after(names, keys) : 'true', order }];
  const others = names.slice(1);
  const isUndue = keys?.[0] === null;
  const rest = isUndue ? ` AND ${after(others, keys.slice(1))}` : '';
  const undue = {
    condition: `ticket.due_at IS NULL${rest}`,
    order: orderBy(others, direction),
    isUndue: true,
  };
  if (isUndue) return [undue];
  return [
    { condition: `ticket.due_at IS NOT NULL${keys ? ` AND ${after(names, keys)}` : ''}`, order },
    undue,
  ];
}

/**
 * Returns the condition that tickets of the scan of one priority come after a cursor. The general condition would have the scan begin at the
 * first ticket of its priority, and read all up to the cursor.
 */
function afterInPriority(
  { direction }: TicketOrder,
  keys: SortKeys,
  add: (value: unknown) => string,
): string {
  const [priority, createdAt, id] = keys.map(add);
  const [comparison, start] = direction === 'DESC' ? ['<', 'infinity'] : ['>', '-infinity'];
  const one = `one_priority.priority`;
  return `${one} ${comparison}= ${priority}::ticket_priority AND (ticket.created_at, ticket.id) ${comparison}
    (CASE WHEN ${one} = ${priority}::ticket_priority THEN ${createdAt}::timestamptz ELSE '${start}' END, ${id}::bigint)`;
}

/** Returns the condition that a ticket comes after the keys of a cursor, and the conditions of the filter as plain ones. */
export function plainConditions(
  filter: TicketFilter,
  order: TicketOrder,
  keys: SortKeys | undefined,
): string[] {
  return [
    ...filter.conditions.map(({ text }) => text),
    ...filter.each.slice(1).map(isOneOf),
    ...afterCursor(filter, order, keys),
  ];
}

/** Returns the condition that a ticket comes after the keys of a cursor, if there is one. */
export function afterCursor(
  { values }: TicketFilter,
  order: TicketOrder,
  keys: SortKeys | undefined,
): string[] {
  if (!keys) return [];
  const parts = partsAfter(order, keys, (value) => `$${values.push(value)}`);
  return [`(${parts.map(({ condition }) => condition).join(' OR ')})`];
}

/** The filters that an index serves in an order: all of `ranges`, and the first one of `one` that the query has. */
const served: Record<string, { ranges: (keyof TicketFilters)[]; one: (keyof TicketFilters)[] }> = {
  created_at: { ranges: ['created_from', 'created_to'], one: ['email', 'assignee', 'priority'] },
  updated_at: { ranges: ['updated_from', 'updated_to'], one: [] },
  due_at: { ranges: ['due_to'], one: [] },
  priority: { ranges: [], one: ['priority'] },
};

/** Splits a filter into what an index serves in the order of a list, and the conditions that are checked on each ticket. */
export function splitFilter({ conditions, each, requester }: TicketFilter, order: TicketOrder) {
  const { ranges = [], one = [] } = served[order.columns[0] ?? ''] ?? {};
  const chosen = one.find((name) =>
    [...conditions.map(({ field }) => field), ...each.map(({ column }) => column)].includes(name),
  );
  const isServed = (name: keyof TicketFilters) =>
    name === 'status' || name === chosen || ranges.includes(name);
  return {
    /** True if the scans in the order of the list find no ticket that the reader may not see. */
    isVisible: requester === 'NULL' || isServed('email'),
    each: each.filter(({ column }) => isServed(column)),
    conditions: conditions.filter(({ field }) => isServed(field)).map(({ text }) => text),
    others: [
      ...conditions.filter(({ field }) => !isServed(field)).map(({ text }) => text),
      ...each.filter(({ column }) => !isServed(column)).map(isOneOf),
    ],
  };
}

/**
 * Scans an index once for each status, assignee and priority of the filter, from the cursor on, and merges the scans. So any set of them
 * is read in order without reading the rows before the cursor.
 *
 * If other conditions must be checked, the scans end after `budget` tickets together. The last ticket of a scan that ended so has
 * `is_end`: what follows it in the order of the list was not read.
 */
export function listQuery(
  filter: TicketFilter,
  order: TicketOrder,
  keys: SortKeys | undefined,
  limit: number,
  budget = 0,
): string {
  const { each, conditions, others } = splitFilter(filter, order);
  const scans = each.reduce((product, { size }) => product * size, 1);
  // The limits are part of the text, because the planner must know them even if the values are parameters.
  const depth = others.length === 0 ? limit + 1 : Math.max(limit + 1, Math.ceil(budget / scans));
  const values = each.map(({ column, parameter }) => `unnest(${parameter}) AS one_${column} (${column})`);
  const equal = each.map(({ column }) => `ticket.${column} = one_${column}.${column}`);
  const add = (value: unknown) => `$${filter.values.push(value)}`;
  const isInPriority = order.columns[0] === 'priority' && each.some(({ column }) => column === 'priority');
  const parts: Part[] =
    keys && isInPriority
      ? [{ condition: afterInPriority(order, keys, add), order: order.text }]
      : partsAfter(order, keys, add);
  const isDue = filter.conditions.some(({ field }) => field === 'due_to');
  const queries = parts
    .filter(({ isUndue }) => !isUndue || !isDue)
    .map((part) => {
      const where = [...equal, ...conditions, part.condition].join(' AND ');
      const end = `ORDER BY ${part.order} LIMIT ${depth}`;
      const scan =
        others.length === 0
          ? `SELECT ${ticketColumns('ticket', '$2', filter.requester)} FROM ticket WHERE ${where} ${end}`
          : `SELECT ${ticketColumns('ticket', '$2', filter.requester)}, (${others.join(' AND ')}) AS is_found,
           row_number() OVER (ORDER BY ${part.order}) = ${depth} AS is_end
         FROM (SELECT * FROM ticket WHERE ${where} ${end}) AS ticket`;
      return `
      SELECT scan.* FROM ${values.join(' CROSS JOIN ')} CROSS JOIN LATERAL (${scan}) AS scan
      ${others.length === 0 ? '' : 'WHERE is_found OR is_end'} ORDER BY ${part.order} LIMIT ${limit + 1}`;
    });
  return queries.length === 1
    ? queries.join('')
    : `${queries.map((part) => `(${part})`).join(' UNION ALL ')} ORDER BY ${order.text} LIMIT ${limit + 1}`;
}
