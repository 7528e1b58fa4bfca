import { columns } from '../../api/dto.js';
import { Problem } from '../../api/problem.js';
import { ticketColumns } from '../ticket.sql.js';
import { TicketSummaryDto } from '../ticket.dto.js';
import type { FoundTickets } from '../filtered-list.js';
import { explain, type RunRead } from '../plan.js';
import { parseSearch, type SearchQuery, type Term } from './search-query.js';
import { candidates, estimateTerms, hasTooManyCandidates, matches, maxCandidates } from './search.sql.js';

/**
 * The most texts that a search checks, one by one in the order of the list: few at first, because they suffice for words that many tickets
 * have. A ticket with more texts is checked whole, if it is the first one.
 */
const budgets = [500, 20_000];

/** The texts of a ticket besides its comments: theme and text. */
const ownTexts = 2;

/** 422: a search would have to read too much. */
class SearchTooBroad extends Problem {
  constructor() {
    const detail =
      'The words of q are in too many tickets to find those that match all of it: add a rarer word, or a filter';
    super('search-too-broad', detail, { errors: [{ field: 'q', message: 'is too broad' }] });
  }
}

/** A list to search in: its filters, its order and its values. */
export interface SearchedList {
  /** The conditions of the filters and of the cursor, besides the status. */
  conditions: string[];
  /** The values of the conditions. The first ones are the statuses and the visibilities. */
  values: unknown[];
  /** The parameter with the address of a requester; NULL for the team. */
  requester: string;
  /** The column that the list is ordered by, before the id. */
  column: string;
  /** The order, such as `created_at DESC, id DESC`. */
  order: string;
  limit: number;
}

type Row = TicketSummaryDto & { is_end: boolean | undefined };
type NullRow = Record<keyof TicketSummaryDto, null> & { is_end: true };

/**
 * Finds the tickets of a list that match `q`.
 *
 * A term that few texts have is read from the index: its tickets are sorted, and then checked for the other terms. With common terms alone, the
 * tickets are read in the order of the list. Either way the texts that are checked are bounded; what is found in them is a page.
 */
export class TicketSearch {
  private readonly search: SearchQuery;

  constructor(
    private readonly run: RunRead,
    q: string,
  ) {
    this.search = parseSearch(q);
  }

  /** Returns the tickets of a page and one more if there are more; throws SearchTooBroad. */
  async find(list: SearchedList): Promise<FoundTickets> {
    const { terms, exclusions } = this.search;
    if (terms.length + exclusions.length === 0) return { rows: [], end: undefined };
    // What the texts of others have in common must not show in the answer to a requester, so only its own tickets are read.
    const rarest = list.requester === 'NULL' ? await this.rarest(terms) : undefined;
    const found = rarest && (await this.findAmong(rarest, list));
    return found ?? this.findInOrder(list);
  }

  /** Returns the term with the lowest estimate; undefined if all have too many matches. Puts the rarest terms first. */
  private async rarest(terms: Term[]): Promise<Term | undefined> {
    if (terms.length === 0) return undefined;
    const { values, parameter } = parameters();
    const plan = await explain(this.run, estimateTerms(terms, parameter), values);
    const plans = plan?.['Node Type'] === 'Append' ? (plan.Plans ?? []) : [plan];
    const estimates = new Map(terms.map((term, n) => [term, plans[n]?.['Plan Rows'] ?? Infinity]));
    terms.sort((a, b) => (estimates.get(a) ?? 0) - (estimates.get(b) ?? 0));
    return terms.find((term) => (estimates.get(term) ?? 0) <= maxCandidates);
  }

  /** Checks the tickets that have the words of a term; returns undefined if they are too many. */
  private async findAmong(term: Term, list: SearchedList): Promise<FoundTickets | undefined> {
    const { values, parameter } = parameters(list.values);
    const filter = ['status = ANY ($1::ticket_status[])', ...list.conditions].join(' AND ');
    const matching = candidates(term, parameter);
    // The index has answered a term without a phrase.
    const others = this.search.terms.filter((each) => each !== term || each.words !== each.query);
    const conditions = matches('counted.id', { ...this.search, terms: others }, parameter);
    const text = `
      WITH ${matching}, listed AS NOT MATERIALIZED (
        SELECT id, ${list.column}, comment_count FROM ticket WHERE id = ANY (ARRAY(SELECT id FROM candidate)) AND ${filter}
      )
      (${pageQuery(list, conditions, conditions.length > 0 ? budgets.at(-1) : undefined)})
      UNION ALL
      SELECT ${columns(TicketSummaryDto, 'nothing')}, true FROM (SELECT) AS one LEFT JOIN ticket AS nothing ON false
      WHERE ${hasTooManyCandidates}`;
    const rows = await this.run<Row | NullRow>({ text }, values);
    return rows[0]?.id === null ? undefined : toFound(rows as Row[], list.limit);
  }

  /** Checks the tickets in the order of the list. */
  private async findInOrder(list: SearchedList): Promise<FoundTickets> {
    let rows: Row[] = [];
    for (const budget of budgets) {
      const { values, parameter } = parameters(list.values);
      const filter = ['ticket.status = wanted.status', ...list.conditions].join(' AND ');
      const scan = `ORDER BY ${list.order} LIMIT ${budget / ownTexts + 1}`;
      const text = `
        WITH listed AS NOT MATERIALIZED (
          SELECT scan.* FROM unnest($1::ticket_status[]) AS wanted (status)
          CROSS JOIN LATERAL (SELECT id, ${list.column}, comment_count FROM ticket WHERE ${filter} ${scan}) AS scan
          ${scan}
        )
        ${pageQuery(list, matches('counted.id', this.search, parameter), budget)}`;
      rows = await this.run<Row>({ text }, values);
      if (!rows.at(-1)?.is_end) break;
    }
    return toFound(rows, list.limit);
  }
}

/**
 * Returns the query that checks the tickets of `listed` in their order until the page is full. Its last rows are the first tickets beyond the
 * budget, if that was reached.
 */
function pageQuery(
  { column, order, limit, requester }: SearchedList,
  conditions: string[],
  budget: number | undefined,
) {
  const texts = `(${ownTexts} + comment_count)`;
  const isEnd = budget === undefined ? 'false' : `texts_before >= ${budget}`;
  return `
    SELECT ${ticketColumns('ticket', '$2', requester)}, is_end
    FROM (
      SELECT id, place, ${isEnd} AS is_end
      FROM (
        SELECT id, ${column}, row_number() OVER list AS place, sum(${texts}) OVER list - ${texts} AS texts_before
        FROM listed WINDOW list AS (ORDER BY ${order} ROWS UNBOUNDED PRECEDING)
      ) AS counted
      WHERE ${isEnd} OR (${['true', ...conditions].join(' AND ')})
      ORDER BY ${order} LIMIT ${limit + 1}
    ) AS page JOIN ticket USING (id)
    ORDER BY place`;
}

function parameters(first: unknown[] = []) {
  const values = [...first];
  return { values, parameter: (value: unknown) => `$${values.push(value)}` };
}

/** Splits the end of the budget off the rows. */
function toFound(rows: Row[], limit: number): FoundTickets {
  const end = rows.findIndex((row) => row.is_end);
  if (end === 0) throw new SearchTooBroad();
  const found = end === -1 ? rows : rows.slice(0, end);
  // Left out of JSON. An object that loses a property is slower.
  for (const row of found) row.is_end = undefined;
  return { rows: found, end: end !== -1 && end <= limit ? found.at(-1) : undefined };
}
