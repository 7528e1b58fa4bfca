import { describe, expect, it } from '@jest/globals';

import { Api, aComment, aTicket, times } from '../support/api.js';
import { Service } from '../support/service.js';

/** The longest text, of characters of three bytes. */
const longText = '語'.repeat(10_000);

describe('Long texts', () => {
  it('end a page, and the comments of a ticket, early', async () => {
    const service = await Service.start();
    const api = new Api(service.url);
    const created = await times(40, () => api.createTicket({ ...aTicket, text: longText }));
    const ids = created.map(({ body }) => body.id);
    const [id = 0] = ids;
    for (let n = 0; n < 12; n++) await api.comment(id, { ...aComment, text: longText.slice(n) });

    const shown = (await api.ticket(id)).body;
    expect(shown.comment_count).toBe(12);
    // The ninth comment passes 256 KiB.
    expect(shown.comments).toHaveLength(9);
    const rest = await api.send<{ items: object[] }>('GET', shown.comments_next ?? '');
    expect(rest.body.items).toHaveLength(3);
    expect((await api.updateStatus(id, 'answered')).body.comments).toHaveLength(9);

    const list = (path: string) =>
      api.send<{ items: { id: number }[]; next_cursor: string | null }>('GET', path);
    const found: number[] = [];
    const pages: number[] = [];
    for (let path: string | null = '/ticket?limit=100'; path !== null;) {
      const page = await list(path);
      found.push(...page.body.items.map((ticket) => ticket.id));
      pages.push(page.body.items.length);
      path = page.body.next_cursor && `/ticket?limit=100&cursor=${page.body.next_cursor}`;
    }
    expect(pages).toEqual([35, 5]);
    expect(found.sort()).toEqual(ids.sort());

    await service.stop();
  });
});
