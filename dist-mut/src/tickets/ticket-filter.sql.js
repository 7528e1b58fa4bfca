import { visibleTo } from '../api/audience.js';
import { columns } from '../api/dto.js';
import { InvalidRequest } from '../api/problem.js';
import { sameAddress } from '../database/addresses.sql.js';
import { ticketStatuses } from './ticket.entity.js';
import { TicketSummaryDto } from './ticket.dto.js';
import { mayFollow, ticketColumns } from './ticket.sql.js';
/** Returns the conditions of a query on the tickets that a reader may see; throws InvalidRequest if they exclude each other. */
export function buildFilter(query, reader) {
    const values = [query.status ?? ticketStatuses, visibleTo(reader.audience)];
    const conditions = [];
    const each = [{ column: 'status', parameter: '$1::ticket_status[]' }];
    const parameter = (value) => `$${values.push(value)}`;
    const where = (field, condition) => {
        const value = query[field];
        if (value !== undefined)
            conditions.push({ field, text: condition(parameter(value)) });
    };
    const { assignee, unassigned, priority } = query;
    if (assignee && unassigned)
        throw new InvalidRequest([{ field: 'assignee', message: 'must not stand beside unassigned' }]);
    if (assignee)
        each.push({ column: 'assignee', parameter: `${parameter([...new Set(assignee)])}::text[]` });
    if (unassigned)
        conditions.push({ field: 'unassigned', text: 'ticket.assignee IS NULL' });
    if (priority)
        each.push({ column: 'priority', parameter: `${parameter(priority)}::ticket_priority[]` });
    const requester = reader.email === undefined ? 'NULL' : `${parameter(reader.email)}::text`;
    if (reader.email !== undefined)
        conditions.push({ field: 'email', text: sameAddress('email', requester) });
    where('email', (value) => sameAddress('email', value));
    where('external_id', (value) => `external_id = ${value}`);
    // The second condition is that of the index.
    where('tag', (value) => `tags @> ${value}::text[] AND tags <> '{}'`);
    where('metadata', (value) => `metadata @> ${value}::jsonb AND metadata <> '{}'`);
    where('follows', (value) => `follows = ${value} AND ${mayFollow('ticket', requester)}`);
    for (const name of ['created', 'updated', 'closed']) {
        where(`${name}_from`, (value) => `ticket.${name}_at >= ${value}`);
        where(`${name}_to`, (value) => `ticket.${name}_at < ${value}`);
    }
    where('due_to', (value) => `ticket.due_at < ${value}`);
    return { values, conditions, each, requester };
}
/** Returns the order of a list. */
export function parseSort(sort) {
    const direction = sort.startsWith('-') ? 'DESC' : 'ASC';
    const column = sort.replace('-', '');
    const isTime = column === 'created_at' || column === 'updated_at';
    const columns = isTime ? [column, 'id'] : [column, 'created_at', 'id'];
    const nulls = column === 'due_at' ? 'NULLS LAST' : '';
    return {
        columns,
        direction,
        text: columns.map((name) => `${name} ${direction} ${name === column ? nulls : ''}`).join(', '),
    };
}
/** The parts of a list that follow each other: each is a condition with the parameters of a cursor. */
function partsAfter({ columns, direction }, keys, add) {
    const after = (names, values) => `(${names.map((name) => `ticket.${name}`).join(', ')}) ${direction === 'DESC' ? '<' : '>'} (${values.map(add).join(', ')})`;
    if (columns[0] !== 'due_at')
        return [keys ? after(columns, keys) : 'true'];
    const rest = keys?.[0] === null ? ` AND ${after(columns.slice(1), keys.slice(1))}` : '';
    const undue = `ticket.due_at IS NULL${rest}`;
    if (rest)
        return [undue];
    return [`ticket.due_at IS NOT NULL${keys ? ` AND ${after(columns, keys)}` : ''}`, undue];
}
/** Returns the condition that a ticket comes after the keys of a cursor, and the conditions of the filter as plain ones. */
export function plainConditions(filter, order, keys) {
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
export function listQuery(filter, order, keys, limit) {
    // The limit is part of the text, because the planner must know it even if the values are parameters.
    const end = `ORDER BY ${order.text} LIMIT ${limit + 1}`;
    const { each, conditions, requester } = filter;
    const values = each.map(({ column, parameter }) => `unnest(${parameter}) AS one_${column} (${column})`);
    const equal = each.map(({ column }) => `ticket.${column} = one_${column}.${column}`);
    const scans = partsAfter(order, keys, (value) => `$${filter.values.push(value)}`).map((part) => `
      SELECT ${columns(TicketSummaryDto, 'scan')} FROM ${values.join(' CROSS JOIN ')}
      CROSS JOIN LATERAL (
        SELECT ${ticketColumns('ticket', '$2', requester)} FROM ticket WHERE ${[...equal, ...conditions.map(({ text }) => text), part].join(' AND ')} ${end}
      ) AS scan`);
    return `${scans.map((scan) => (scans.length > 1 ? `(${scan} ${end})` : scan)).join(' UNION ALL ')} ${end}`;
}
//# sourceMappingURL=ticket-filter.sql.js.map