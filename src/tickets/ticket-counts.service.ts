import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import type { Reader } from '../api/audience.js';
import { BriefCache } from '../cache/brief-cache.js';
import { TicketListRepository } from './ticket-list.repository.js';
import { assertRequesterMay } from './requester-policy.js';
import type { CountTicketsQuery, TicketCountDto } from './ticket-query.dto.js';

/** Counts tickets. A count may be some seconds old, so those who ask for the same one share it. */
@Injectable()
export class TicketCountsService {
  constructor(
    private readonly lists: TicketListRepository,
    private readonly cache: BriefCache,
  ) {}

  /** Returns the number of tickets that match a query; throws Problem 403 for a filter that is for the team. */
  async count(query: CountTicketsQuery, reader: Reader): Promise<TicketCountDto> {
    assertRequesterMay('count', query, reader);
    // A digest, because the filters may have an email address, which must not stay in Redis after its erasure.
    const digest = createHash('sha256')
      .update(JSON.stringify([query, reader]))
      .digest('base64url');
    return this.cache.getOrLoad(`count:${digest}`, async () => {
      const as_of = new Date().toISOString();
      const rows = await this.lists.count(query, reader);
      const is_exact = rows[0]?.is_exact ?? true;
      const counted = rows.filter(({ count }) => count > 0);
      const by = query.by ? counted.map(({ value, count }) => ({ value, count, is_exact })) : [];
      return { count: rows[0]?.total ?? 0, is_exact, as_of, by };
    });
  }
}
