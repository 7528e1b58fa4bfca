import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';

import { CommentAuthors1765000000042 } from '../../migrations/1765000000042-comment-authors.js';
import { aComment, aTicket, bodyKinds, encode, times, type Comment } from '../support/api.js';
import { connect } from '../support/servers.js';
import { sharedService } from '../support/shared-service.js';

const { api, service } = sharedService();

interface Page {
  items: Comment[];
  next_cursor: string | null;
}

const fromRequester = { text: 'The second one.', email: aTicket.email.toUpperCase() };
const aNote = { ...aComment, text: 'Ask the shop first.', visibility: 'internal' };

const createTicket = async () => (await api.createTicket()).body.id;
const page = async (id: number, query: string) =>
  (await api.send<Page>('GET', `/ticket/${id}/comment?${query}`)).body;
const idsOf = ({ items }: Page) => items.map((comment) => comment.id);

/** A connection to the database of the service. */
let database: Awaited<ReturnType<typeof connect>>;
beforeAll(async () => {
  database = await connect(service().stores.database);
});
afterAll(() => database.end());

describe('A comment', () => {
  it.each(bodyKinds)('has the visibility that %s names', async (kind) => {
    const id = await createTicket();
    const { status, body } = await api.comment(id, aNote, kind);
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...aNote, author: 'team', redacted_at: null, ticket_version: 2 });
    expect((await api.ticket(id)).body).toMatchObject({ comment_count: 1, comments: [body] });
  });

  it.each(['private', '', null, ['public']])('with the visibility %j is rejected', async (visibility) => {
    const id = await createTicket();
    const fields = { ...aComment, visibility } as Record<string, string>;
    const { status, problem } = await api.comment(id, fields);
    expect([status, problem.errors?.[0]?.field]).toEqual([400, 'visibility']);
    expect((await api.ticket(id)).body.version).toBe(1);
  });

  it('is of the requester if its address is that of the ticket, in any case', async () => {
    const id = await createTicket();
    const added = [await api.comment(id, fromRequester), await api.comment(id)];
    expect(added.map(({ body }) => [body.author, body.ticket_version])).toEqual([
      ['requester', 2],
      ['team', 3],
    ]);
  });

  it('is read at its Location', async () => {
    const { headers, body } = await api.comment(await createTicket());
    const read = await api.send<Comment>('GET', headers.get('location') ?? '');
    expect([read.status, read.body]).toEqual([200, body]);
  });

  it('is not found on another ticket, or with an id that is none', async () => {
    const [id, other] = [await createTicket(), await createTicket()];
    const { body } = await api.comment(id);
    const paths = [`${other}/comment/${body.id}`, `999999/comment/${body.id}`, `${id}/comment/${body.id}00`];
    for (const path of paths) expect((await api.send('GET', `/ticket/${path}`)).status).toBe(404);
    expect((await api.send('GET', `/ticket/${id}/comment/0`)).status).toBe(400);
  });

  it('is not added to a closed ticket, nor to another version than that of If-Match', async () => {
    const id = await createTicket();
    const add = (tag: string) =>
      api.send('POST', `/ticket/${id}/comment`, {
        ...encode(aNote, 'JSON'),
        headers: { 'content-type': 'application/json', 'if-match': tag },
      });
    expect([(await add('"7"')).status, (await add('"1"')).status]).toEqual([412, 201]);
    await api.updateStatus(id, 'closed');
    expect((await add('"3"')).status).toBe(409);
    expect((await api.ticket(id)).body).toMatchObject({ comment_count: 1, version: 3 });
  });

  it('is added once for an Idempotency-Key, whose repeat must have the same visibility', async () => {
    const id = await createTicket();
    const add = (fields: Record<string, string>) =>
      api.send<Comment>('POST', `/ticket/${id}/comment`, {
        body: new URLSearchParams(fields),
        headers: { 'idempotency-key': `comments-${id}` },
      });
    const [first, again] = [await add(aNote), await add(aNote)];
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('location')).toBe(`/ticket/${id}/comment/${first.body.id}`);
    expect((await add({ ...aNote, visibility: 'public' })).status).toBe(422);
    expect((await api.ticket(id)).body.comment_count).toBe(1);
  });
});

describe('The first response', () => {
  it('is the first public comment of the team', async () => {
    const id = await createTicket();
    const firstResponse = async () => (await api.ticket(id)).body.first_response_at;
    await api.comment(id, fromRequester);
    await api.comment(id, aNote);
    expect(await firstResponse()).toBeNull();
    const { body } = await api.comment(id);
    await api.comment(id);
    expect(await firstResponse()).toBe(body.created_at);
  });

  it('is one of 32 comments that race', async () => {
    const id = await createTicket();
    await times(32, (n) => api.comment(id, n % 2 === 0 ? aComment : fromRequester));
    const { items } = await page(id, 'limit=100');
    const first = items.find(({ author }) => author === 'team');
    expect((await api.ticket(id)).body.first_response_at).toBe(first?.created_at);
    expect(items.map(({ ticket_version }) => ticket_version)).toEqual(
      Array.from({ length: 32 }, (_, n) => n + 2),
    );
  });
});

describe('A list of comments', () => {
  it('shows the newest first, and the same comments while others are added', async () => {
    const id = await createTicket();
    const added: number[] = [];
    for (let n = 0; n < 9; n++) added.push((await api.comment(id)).body.id);
    const seen: number[] = [];
    let cursor = '';
    for (let n = 0; n < 3; n++) {
      const next = await page(id, `sort=-created_at&limit=4${cursor}`);
      seen.push(...idsOf(next));
      cursor = `&cursor=${next.next_cursor}`;
      await api.comment(id);
    }
    expect([seen, cursor]).toEqual([added.toReversed(), '&cursor=null']);
  });

  it('shows one visibility, in both orders', async () => {
    const id = await createTicket();
    const added: Comment[] = [];
    for (let n = 0; n < 6; n++) added.push((await api.comment(id, n % 2 === 0 ? aNote : aComment)).body);
    const notes = added.filter(({ visibility }) => visibility === 'internal').map((note) => note.id);
    const first = await page(id, 'visibility=internal&limit=2');
    const rest = await page(id, `visibility=internal&cursor=${first.next_cursor}`);
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(notes);
    expect(rest.next_cursor).toBeNull();
    expect(idsOf(await page(id, 'visibility=internal&sort=-created_at'))).toEqual(notes.toReversed());
    expect(idsOf(await page(id, 'visibility=public'))).toHaveLength(3);
  });

  it('rejects a cursor of another order or filter, and unknown values', async () => {
    const id = await createTicket();
    for (let n = 0; n < 3; n++) await api.comment(id);
    const { next_cursor } = await page(id, 'sort=-created_at&limit=1');
    const status = async (query: string) => (await api.send('GET', `/ticket/${id}/comment?${query}`)).status;
    expect(await status(`sort=-created_at&cursor=${next_cursor}`)).toBe(200);
    const ofOthers = [`cursor=${next_cursor}`, `sort=-created_at&visibility=public&cursor=${next_cursor}`];
    for (const query of [...ofOthers, 'sort=id', 'visibility=all', 'visibility=public&visibility=internal'])
      expect(await status(query)).toBe(400);
  });
});

describe('The migration', () => {
  it('fills in authors, versions, first responses and events, and can run again', async () => {
    const id = await createTicket();
    await api.comment(id, fromRequester);
    const { body } = await api.comment(id);
    const [before, history] = [(await api.ticket(id)).body, await api.send('GET', `/ticket/${id}/history`)];

    // The state before the migration, and a comment that a script added.
    await database.query(`UPDATE comment SET author = 'team', ticket_version = 1 WHERE ticket_id = $1`, [id]);
    await database.query('UPDATE ticket SET first_response_at = NULL WHERE id = $1', [id]);
    const strip = `UPDATE event SET data = json_build_object('comment_id', data->'comment_id')`;
    await database.query(`${strip} WHERE ticket_id = $1 AND type = 'comment.added'`, [id]);
    const insert = 'INSERT INTO comment (ticket_id, text, email) VALUES ($1, $2, $3)';
    await database.query(insert, [id, 'By a script.', fromRequester.email]);
    const query = async (sql: string, values?: unknown[]) => (await database.query<object>(sql, values)).rows;
    const migration = new CommentAuthors1765000000042();
    for (let run = 0; run < 2; run++) await migration.up({ query } as unknown as QueryRunner);

    const { items } = await page(id, '');
    expect(items.slice(0, 2)).toEqual(before.comments);
    expect(items[2]).toMatchObject({ author: 'requester', visibility: 'public', ticket_version: 1 });
    expect((await api.send('GET', `/ticket/${id}/history`)).body).toEqual(history.body);
    const filled = await api.send<{ items: unknown[] }>('GET', '/ticket?limit=1');
    expect(filled.body.items).toMatchObject([{ id, first_response_at: body.created_at }]);
  });
});
