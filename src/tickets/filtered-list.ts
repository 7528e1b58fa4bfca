import type { SortKeys } from '../api/cursors.js';
import { Deadline } from '../database/deadline.js';
import { explain, type RunRead } from './plan.js';
import { indexQuery, maxRead, readAllMs } from './ticket-index.sql.js';
import { listQuery, splitFilter, type TicketOrder } from './ticket-list.sql.js';
import type { TicketFilter } from './ticket-filter.sql.js';
import type { TicketSummaryDto } from './ticket.dto.js';

/** The rows of a page. */
export interface FoundTickets {
  rows: TicketSummaryDto[];
  /** The ticket after which others may follow, if the page ends before its limit. */
  end: TicketSummaryDto | undefined;
}

type Row = TicketSummaryDto & { is_found: boolean | null | undefined; is_end: boolean | undefined };

/** The tickets that are read in the order of the list: few at first, because they suffice for what many tickets have. */
const budgets = [1_000, 5_000, 20_000] as const;

/**
 * Finds the tickets of a list whose filters no index serves in the order of the list.
 *
 * Tickets are read in the order of the list, as long as an index would find more. Otherwise all tickets that the index finds are read, and
 * sorted. Either way their number is bounded. If they do not fill the page, or take too long, it ends there, and the next page goes on.
 */
export class FilteredList {
  constructor(
    private readonly run: RunRead,
    /** Runs what may read many tickets. */
    private readonly runWide: RunRead,
    private readonly list: {
      filter: TicketFilter;
      order: TicketOrder;
      after: SortKeys | undefined;
      limit: number;
    },
  ) {}

  /** Returns the tickets of a page, and one more if the page is full and a next one exists. */
  async find(): Promise<FoundTickets> {
    const { filter, order } = this.list;
    // The cursor of a page that ends early may name a ticket of others, so a requester gets all that the index of its address finds.
    if (!splitFilter(filter, order).isVisible) {
      const { text, values } = this.byIndex(Number.MAX_SAFE_INTEGER);
      return toFound(await this.runWide<Row>({ text }, values));
    }
    const byIndex = this.byIndex();
    const estimate = await this.estimate(byIndex);
    let found: FoundTickets | undefined;
    for (const budget of budgets.filter((each) => each < estimate)) {
      found = await this.readInOrder(budget);
      if (!found.end || found.rows.length >= this.list.limit) return found;
    }
    if (estimate <= maxRead) {
      const all = this.runFor(estimate)<Row>({ text: byIndex.text }, byIndex.values);
      const rows = await (found ? new Deadline(readAllMs).within(all) : all);
      if (rows && !rows[0]?.is_end) return toFound(rows);
    }
    return found ?? this.readInOrder(budgets[2]);
  }

  private runFor(tickets: number): RunRead {
    return tickets > budgets[1] ? this.runWide : this.run;
  }

  private byIndex(max?: number) {
    const { filter, order, after, limit } = this.list;
    const values = [...filter.values];
    return { text: indexQuery({ ...filter, values }, order, after, limit, max), values };
  }

  private async readInOrder(budget: number): Promise<FoundTickets> {
    const { filter, order, after, limit } = this.list;
    const values = [...filter.values];
    const text = listQuery({ ...filter, values }, order, after, limit, budget);
    return toFound(await this.runFor(budget)<Row>({ text }, values));
  }

  /** Estimates the tickets that the index finds. */
  private async estimate({ text, values }: { text: string; values: unknown[] }): Promise<number> {
    let plan = await explain(this.run, text, values);
    while (plan && plan['Relation Name'] === undefined) plan = plan.Plans?.[0];
    return plan?.['Plan Rows'] ?? 0;
  }
}

/** Takes the rows up to the first one that ends a scan. */
function toFound(rows: Row[]): FoundTickets {
  const at = rows.findIndex((row) => row.is_end);
  const end = at === -1 ? undefined : rows[at];
  const found = (end ? rows.slice(0, at + 1) : rows).filter((row) => row.is_found);
  // Left out of JSON. An object that loses a property is slower.
  for (const row of rows) [row.is_found, row.is_end] = [undefined, undefined];
  return { rows: found, end };
}
