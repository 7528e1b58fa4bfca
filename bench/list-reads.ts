import { compileDto } from '../src/api/compiled-dto.js';
import type { SortKeys } from '../src/api/cursors.js';
import type { Database } from '../src/database/database.js';
import type { Replicas } from '../src/database/replicas.js';
import { buildFilter } from '../src/tickets/ticket-filter.sql.js';
import { TicketListRepository } from '../src/tickets/ticket-list.repository.js';
import { parseSort, plainConditions, type TicketOrder } from '../src/tickets/ticket-list.sql.js';
import { CountTicketsQuery, ListTicketsQuery } from '../src/tickets/ticket-query.dto.js';
import type { Parameters } from './list-filters.js';
import type { Servers } from './servers.js';

const team = { audience: 'team', email: undefined } as const;

const lists = compileDto(ListTicketsQuery);
const counts = compileDto(CountTicketsQuery);

/** Returns the query that the service makes of parameters. */
export const toListQuery = (parameters: Parameters) => lists.convert(parameters) as ListTicketsQuery;

/** The reads of a request: pages from cache or disk, the time in PostgreSQL, and the plans. */
export interface Read {
  buffers: number;
  ms: number;
  plans: string[][];
}

/** Sends the statements of a request as the service does, explains them after that, and adds up what they read. */
async function read(
  servers: Servers,
  database: string,
  request: (repository: TicketListRepository) => Promise<unknown>,
): Promise<Read> {
  let sent: { text: string; values: unknown[] }[] = [];
  const run = async ({ text }: { text: string }, values: unknown[]) => {
    if (!text.startsWith('EXPLAIN')) sent.push({ text, values });
    return (await servers.query(database, text, values)).rows;
  };
  const bulkhead = () => (work: () => unknown) => work();
  const repository = new TicketListRepository(
    { run } as unknown as Replicas,
    { bulkhead } as unknown as Database,
  );
  // On a busy machine the first request, which reads from the disk, can be over its deadline.
  await request(repository).catch(() => {
    sent = [];
    return request(repository);
  });
  const sum: Read = { buffers: 0, ms: 0, plans: [] };
  for (const { text, values } of sent) {
    const explain = `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) ${text}`;
    const { rows } = await servers.query<{ 'QUERY PLAN': string }>(database, explain, values);
    const plan = rows.map((row) => row['QUERY PLAN']);
    const first = plan.find((line) => line.includes('Buffers:')) ?? '';
    for (const [, pages] of first.matchAll(/(?:hit|read)=(\d+)/g)) sum.buffers += Number(pages);
    sum.ms += Number(/Execution Time: ([\d.]+)/.exec(plan.at(-1) ?? '')?.[1]);
    sum.plans.push(plan);
  }
  return { ...sum, ms: Math.round(sum.ms * 100) / 100 };
}

/** Returns what a page of a list reads. */
export const readPage = (
  servers: Servers,
  database: string,
  query: ListTicketsQuery,
  after: SortKeys | undefined,
) => read(servers, database, (repository) => repository.find(query, after, team));

/** Returns what a count reads. */
export const readCount = (servers: Servers, database: string, parameters: Parameters) =>
  read(servers, database, (repository) => repository.count(counts.convert(parameters), team));

/** Returns an order in the other direction. */
function reversed({ columns, direction }: TicketOrder): string {
  const other = direction === 'ASC' ? 'DESC' : 'ASC';
  return columns.map((name) => `${name} ${other} ${name === 'due_at' ? 'NULLS FIRST' : ''}`).join(', ');
}

/** Returns the sort keys after which the last page of each order begins; undefined where there is one page. */
export async function findLastPages(
  servers: Servers,
  database: string,
  parameters: Parameters,
  sorts: ListTicketsQuery['sort'][],
): Promise<(SortKeys | undefined)[]> {
  const query = toListQuery(parameters);
  const filter = buildFilter(query, team);
  const conditions = [
    'status = ANY ($1::ticket_status[])',
    'cardinality($2::comment_visibility[]) > 0',
    ...plainConditions(filter, parseSort('created_at'), undefined),
  ].join(' AND ');
  const orders = sorts.map(parseSort);
  // One scan for all orders.
  const keys = orders.map(
    (order) => `(
      SELECT json_build_array(${order.columns.map((name) => `found.${name}`).join(', ')})
      FROM found ORDER BY ${reversed(order)} OFFSET ${query.limit} LIMIT 1
    )`,
  );
  const { rows } = await servers.query<{ keys: (SortKeys | null)[] }>(
    database,
    `WITH found AS MATERIALIZED (
       SELECT to_char(created_at AT TIME ZONE 'UTC', ${time}) AS created_at, to_char(updated_at AT TIME ZONE 'UTC', ${time}) AS updated_at,
         to_char(due_at AT TIME ZONE 'UTC', ${time}) AS due_at, priority, id
       FROM ticket WHERE ${conditions}
     )
     SELECT json_build_array(${keys.join(', ')}) AS keys`,
    filter.values,
  );
  return (rows[0]?.keys ?? []).map((each) => each ?? undefined);
}

const time = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
