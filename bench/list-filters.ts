import { createdAt, rareTagOf } from './scaling-data.js';

export type Parameters = Record<string, unknown>;

/** Filters by values. */
function valueFilters(tickets: number): Record<string, Parameters> {
  const middle = Math.floor(tickets / 2 / rareTagOf) * rareTagOf;
  return {
    'no filter': {},
    'status, 1 of 20': { status: 'opened' },
    'status, 18 of 20': { status: 'closed' },
    'assignee, 1 of 700': { assignee: 'agent200' },
    'two assignees': { assignee: ['agent7', 'agent200'] },
    'unassigned, 1 of 3': { unassigned: 'true' },
    external_id: { external_id: `shop-${middle - (middle % 3) + 1}` },
    'email, 1 of 1,000': { email: 'customer5@example.com' },
    'tag, 1 of 3': { tag: 'kind0' },
    'tag, 1 of 60': { tag: 'kind19' },
    'tag, 1 of 10,000': { tag: 'rare' },
    'two tags, 1 of 100': { tag: ['kind7', 'vip'] },
    'tag of no ticket': { tag: 'nothing' },
    'priority, 1 of 50': { priority: 'urgent' },
    'priority, 17 of 20': { priority: 'normal' },
    'metadata, 1 of 50': { metadata: new Map([['shop', 'shop4']]) },
    'metadata, one ticket': { metadata: new Map([['order', String(middle)]]) },
    'metadata of no ticket': { metadata: new Map([['order', 'nothing']]) },
    follows: { follows: middle },
    'assignee and tag': { assignee: 'agent200', tag: 'kind7' },
    'email, tag and metadata': {
      ...{ email: 'customer4@example.com', tag: 'kind7' },
      metadata: new Map([['shop', 'shop4']]),
    },
  };
}

/**
 * The filters whose lists are measured, by what they show. Times are shares of the time in which the tickets were created; old ones are
 * those which a list of the newest tickets comes to last.
 */
export function filters(tickets: number): Record<string, Parameters> {
  const at = (share: number) => createdAt(Math.round(tickets * share)).toISOString();
  const between = (name: string, from: number, to: number) => ({
    [`${name}_from`]: at(from),
    [`${name}_to`]: at(to),
  });
  return {
    ...valueFilters(tickets),
    'due_to, 1 of 200': { due_to: at(0.01) },
    'due_to, 1 of 4': { due_to: at(0.5) },
    'created, 1 of 10': between('created', 0.1, 0.2),
    'updated, 1 of 10, old': between('updated', 0.1, 0.2),
    'updated, 1 of 1,000, old': between('updated', 0.1, 0.101),
    'updated_from, 1 of 10': { updated_from: at(0.9) },
    'updated_to, 1 of 10': { updated_to: at(0.1) },
    'closed, 1 of 10, old': between('closed', 0.1, 0.2),
    'closed, 1 of 1,000, old': between('closed', 0.1, 0.101),
  };
}

/** The counts that are measured, by what they show. */
export function counted(tickets: number): Record<string, Parameters> {
  const { 'tag, 1 of 3': tag, 'email, 1 of 1,000': email, 'metadata, 1 of 50': metadata } = filters(tickets);
  return {
    ...{ 'no filter': {}, 'by status': { by: 'status' }, 'by assignee': { by: 'assignee' } },
    'by priority, opened': { by: 'priority', status: 'opened' },
    'unassigned, opened': { unassigned: 'true', status: 'opened' },
    'tag, 1 of 3': { ...tag },
    'email, 1 of 1,000': { ...email },
    'metadata, 1 of 50': { ...metadata },
    'closed in the last fifth': { closed_from: createdAt(tickets * 0.8).toISOString() },
  };
}
