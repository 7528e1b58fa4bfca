import { describe, expect, it } from '@jest/globals';

import { aComment, aTicket, bodyKinds } from '../support/api.js';
import { sharedService } from '../support/shared-service.js';

const { api } = sharedService();

/** Creates a ticket and transitions it to this status. */
async function createTicketWith(status: string): Promise<number> {
  const path: Record<string, string[]> = {
    opened: [],
    answered: ['answered'],
    awaited: ['answered', 'awaited'],
    closed: ['closed'],
  };
  const { body } = await api.createTicket();
  for (const step of path[status] ?? []) await api.updateStatus(body.id, step);
  return body.id;
}

describe('POST /ticket', () => {
  it.each(bodyKinds)('creates an opened ticket from %s', async (kind) => {
    const { status, headers, body } = await api.createTicket(aTicket, kind);

    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/ticket/${body.id}`);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body).toEqual({
      id: expect.any(Number),
      ...aTicket,
      ...{ status: 'opened', version: 1 },
      ...{ external_id: null, assignee: null, priority: 'normal', tags: [], metadata: {} },
      ...{ due_at: null, follows: null, first_response_at: null, closed_at: null },
      ...{ status_changed_at: body.created_at },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: body.created_at,
      comment_count: 0,
      comments: [],
      comments_next: null,
    });
    expect((await api.ticket(body.id)).body).toEqual(body);
  });

  it.each(bodyKinds)('stores texts from %s byte for byte', async (kind) => {
    const theme = ' \u202E«ünï»\t\u0001 🙂 e\u0301 %00 + & = \' " \\ ';
    const text = 'one\r\ntwo\n\nthree\u2028\uFEFF\u{10FFFF}';
    const { body } = await api.createTicket({ theme, text, email: aTicket.email }, kind);

    // fetch and browsers send line ends in form-data as CRLF.
    const sent = kind === 'form-data' ? text.replace(/\r?\n/g, '\r\n') : text;
    expect((await api.ticket(body.id)).body).toMatchObject({ theme, text: sent });
  });
});

describe('GET /ticket/{ticket_id}', () => {
  it('shows the ticket with its first 100 comments, oldest first', async () => {
    const id = await createTicketWith('opened');
    for (let n = 1; n <= 101; n++) await api.comment(id, { ...aComment, text: `comment ${n}` });

    const { status, body } = await api.ticket(id);
    expect(status).toBe(200);
    expect(body.comment_count).toBe(101);
    expect(body.comments.map(({ text }) => text)).toEqual(
      Array.from({ length: 100 }, (_, n) => `comment ${n + 1}`),
    );
  });

  it('returns 404 for an unknown ticket', async () => {
    const { status, headers, problem } = await api.ticket(999_999);

    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(problem).toEqual({
      type: 'urn:problem-type:ticket-system:not-found',
      title: 'Not found',
      status: 404,
      detail: 'There is no ticket 999999',
      instance: '/ticket/999999',
      request_id: headers.get('x-request-id'),
    });
  });
});

describe('PUT /ticket/{ticket_id}', () => {
  it.each(bodyKinds)('transitions a ticket by %s', async (kind) => {
    const id = await createTicketWith('opened');
    await api.comment(id);
    const { status, body } = await api.updateStatus(id, 'answered', kind);

    expect(status).toBe(200);
    expect(body).toMatchObject({ id, status: 'answered', comment_count: 1, comments: [aComment] });
    expect(body.updated_at > body.created_at).toBe(true);
    expect((await api.ticket(id)).body).toEqual(body);
  });

  it.each([
    ['opened', 'answered'],
    ['opened', 'closed'],
    ['answered', 'awaited'],
    ['answered', 'closed'],
    ['awaited', 'answered'],
    ['awaited', 'closed'],
  ])('allows the transition from %s to %s', async (from, to) => {
    const { status, body } = await api.updateStatus(await createTicketWith(from), to);
    expect([status, body.status]).toEqual([200, to]);
  });

  it.each([
    ['opened', 'awaited', ['answered', 'closed']],
    ['answered', 'answered', ['awaited', 'closed']],
    ['awaited', 'awaited', ['answered', 'closed']],
    ['closed', 'answered', []],
    ['closed', 'awaited', []],
    ['closed', 'closed', []],
  ])('rejects the transition from %s to %s, and lists the allowed ones', async (current, to, allowed) => {
    const id = await createTicketWith(current);
    const before = (await api.ticket(id)).body;
    const { status, problem } = await api.updateStatus(id, to);

    expect(status).toBe(409);
    expect(problem).toMatchObject({
      type: 'urn:problem-type:ticket-system:transition-not-allowed',
      status: 409,
      current,
      allowed,
    });
    expect((await api.ticket(id)).body).toEqual(before);
  });

  it('returns 404 for an unknown ticket', async () => {
    expect((await api.updateStatus(999_999, 'closed')).status).toBe(404);
  });
});

describe('POST /ticket/{ticket_id}/comment', () => {
  it.each(bodyKinds)('adds a comment from %s', async (kind) => {
    const id = await createTicketWith('opened');
    const { status, headers, body } = await api.comment(id, aComment, kind);

    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/ticket/${id}/comment/${body.id}`);
    expect(body).toEqual({
      ...{ id: expect.any(Number), ticket_id: id, ...aComment },
      ...{ author: 'team', visibility: 'public', redacted_at: null, ticket_version: 2 },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect((await api.ticket(id)).body).toMatchObject({ comment_count: 1, comments: [body] });
  });

  it.each(['answered', 'awaited'])('accepts a comment on an %s ticket', async (status) => {
    expect((await api.comment(await createTicketWith(status))).status).toBe(201);
  });

  it('rejects a comment on a closed ticket', async () => {
    const id = await createTicketWith('closed');
    const { status, problem } = await api.comment(id);

    expect(status).toBe(409);
    expect(problem).toMatchObject({
      type: 'urn:problem-type:ticket-system:ticket-closed',
      current: 'closed',
      allowed: [],
    });
    expect((await api.ticket(id)).body.comment_count).toBe(0);
  });

  it('returns 404 for an unknown ticket', async () => {
    expect((await api.comment(999_999)).status).toBe(404);
  });
});
