import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aTicket, Api, type Comment, type Ticket } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { Service, type ServiceWithStores } from '../support/service.js';
import { token } from '../support/tokens.js';

describe('A redaction', () => {
  let service: ServiceWithStores;
  let writer: Api;
  let eraser: Api;

  beforeAll(async () => {
    service = await Service.start({ environment: { AUTH_REQUIRED: 'true' } });
    writer = new Api(service.url, await token());
    eraser = new Api(service.url, await token({ scope: 'tickets:write tickets:erase' }));
  });

  afterAll(async () => {
    expect(await service.stop()).toBe(0);
  });

  it('replaces the text of a comment once, with one version and one event', async () => {
    const { id } = (await writer.createTicket()).body;
    const comment = (await writer.comment(id, { text: 'my password', email: 'ada@example.com' })).body;
    await writer.comment(id);
    await writer.ticket(id);
    const path = `/ticket/${id}/comment/${comment.id}/redaction`;
    const stale = { headers: { 'If-Match': '"1"' } };
    expect((await writer.send('PUT', path, stale)).status).toBe(412);
    const { status, body } = await writer.send<Comment>('PUT', path);
    expect([status, body.text, body.email]).toEqual([200, '[redacted]', 'ada@example.com']);
    expect(body.redacted_at).not.toBeNull();
    expect((await writer.send<Comment>('PUT', path)).body).toEqual(body);
    const ticket = (await writer.ticket(id)).body;
    expect([ticket.version, ticket.comments[0]?.text, ticket.comments[1]?.redacted_at]).toEqual([
      ...[4, '[redacted]', null],
    ]);
    await eventually(async () => (await writer.events('type=comment.redacted')).body.items.length === 1);
    expect((await writer.events('type=comment.redacted')).body.items[0]?.data).toMatchObject({
      ...{ ticket_id: id, version: 4, comment_ids: [comment.id], visibility: 'public' },
    });
    expect((await writer.send('PUT', `/ticket/${id}/comment/${comment.id + 99}/redaction`)).status).toBe(404);
  });

  it('replaces theme and text of a ticket, and the stored answer goes', async () => {
    const headers = { 'Idempotency-Key': 'redacted', 'Content-Type': 'application/json' };
    const create = () => writer.send<Ticket>('POST', '/ticket', { headers, body: JSON.stringify(aTicket) });
    const { id } = (await create()).body;
    const redact = () => writer.send<Ticket>('PUT', `/ticket/${id}/redaction`);
    expect((await redact()).body).toMatchObject({ theme: '[redacted]', text: '[redacted]', version: 2 });
    expect((await redact()).body.version).toBe(2);
    expect((await create()).problem.type).toBe('urn:problem-type:ticket-system:answer-erased');
    const { items } = (await writer.send<{ items: object[] }>('GET', `/ticket/${id}/history`)).body;
    expect(items).toMatchObject([{ type: 'ticket.created' }, { type: 'ticket.redacted', version: 2 }]);
  });

  it('needs tickets:erase for closed tickets too', async () => {
    const { id } = (await writer.createTicket()).body;
    await writer.updateStatus(id, 'closed');
    expect((await writer.send('PUT', `/ticket/${id}/redaction`)).status).toBe(403);
    expect((await eraser.send('PUT', `/ticket/${id}/redaction`)).status).toBe(200);
    expect(
      (
        await writer.send('POST', '/erasure', {
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ email: 'ada@example.com', mode: 'redact' }),
        })
      ).status,
    ).toBe(403);
  });
});
