import { Injectable } from '@nestjs/common';

import { Database } from '../database/database.js';
import type { TicketStatus } from './ticket-status.js';

/**
 * Counting would read the whole table; what the planner of PostgreSQL knows of it costs nothing, and is about right.
 * @see https://www.postgresql.org/docs/current/view-pg-stats.html
 */
const countByStatus = {
  name: 'count_tickets_by_status',
  text: `
    SELECT value AS status, (share * reltuples)::float8 AS tickets
    FROM pg_class
      JOIN pg_stats ON schemaname = relnamespace::regnamespace::text AND tablename = relname,
      unnest(most_common_vals::text::text[], most_common_freqs) AS common (value, share)
    WHERE pg_class.oid = 'ticket'::regclass AND attname = 'status'`,
};

/** How many tickets there are. */
@Injectable()
export class TicketCountsRepository {
  constructor(private readonly database: Database) {}

  /** About how many tickets there are in each status; none before PostgreSQL has gathered its statistics. */
  byStatus(): Promise<{ status: TicketStatus; tickets: number }[]> {
    return this.database.run(countByStatus, []);
  }
}
