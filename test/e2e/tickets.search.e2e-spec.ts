import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, aComment, aTicket, json, times, type ApiResponse, type Ticket } from '../support/api.js';
import { sharedService } from '../support/shared-service.js';
import { connect, createStores } from '../support/servers.js';
import { Service, type ServiceWithStores } from '../support/service.js';

/** A line of the table of docs/api.md. */
interface Line {
  kind: string;
  texts: string[];
  finds: string[];
  misses: string[];
}

function readTable(): Line[] {
  const [, table = ''] =
    /\| what finds a ticket.*\n\| -.*\n((?:\|.*\n)+)/.exec(readFileSync('docs/api.md', 'utf8')) ?? [];
  const codes = (cell = '') =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\\|', '|'));
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [, kind = '', texts, finds, misses] = line.split(/(?<!\\)\|/);
      return { kind: kind.trim(), texts: codes(texts), finds: codes(finds), misses: codes(misses) };
    });
}

interface Page {
  items: Ticket[];
  next_cursor: string | null;
}

/** Returns the ids that a search finds. */
async function search(api: Api, q: string, filter = ''): Promise<number[]> {
  const path = `/ticket?limit=100&q=${encodeURIComponent(q)}${filter}`;
  const { status, body } = await api.send<Page>('GET', path);
  expect([q, status]).toEqual([q, 200]);
  return body.items.map(({ id }) => id);
}

/** Creates a ticket with a text, or with theme, text and comments. */
async function createTicket(api: Api, [first = '', text = first, ...comments]: string[]): Promise<number> {
  const theme = text === first ? '-' : first;
  const { id } = (await api.createTicket({ ...aTicket, theme, text })).body;
  for (const comment of comments) await api.comment(id, { ...aComment, text: comment });
  return id;
}

/** Each provider of collations has one that PostgreSQL can use on every machine. */
const locales: Record<string, string | undefined> = {
  'C.UTF-8': undefined,
  C: `TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'`,
  'Turkish, by ICU': `TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'`,
};

describe.each(Object.entries(locales))('A search in a database of the locale %s', (_name, options) => {
  let service: ServiceWithStores;
  let api: Api;
  const lines = readTable();
  const ids = new Map<Line, number>();

  beforeAll(async () => {
    service = await Service.start({ stores: await createStores(options) });
    api = new Api(service.url);
    for (const line of lines) ids.set(line, await createTicket(api, line.texts));
  });

  afterAll(async () => {
    expect(await service.stop()).toBe(0);
    expect(service.output.split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('finds what the table of docs/api.md says', async () => {
    expect(lines.length).toBeGreaterThan(25);
    const wrong: unknown[] = [];
    for (const line of lines) {
      const finds = async (q: string) => (await search(api, q)).includes(ids.get(line) ?? 0);
      for (const q of line.finds) if (!(await finds(q))) wrong.push([line.kind, 'is not found by', q]);
      for (const q of line.misses) if (await finds(q)) wrong.push([line.kind, 'is found by', q]);
    }
    expect(wrong).toEqual([]);
  });

  it('finds a ticket by its address in any case', async () => {
    const { id } = (await api.createTicket({ ...aTicket, email: 'INFO@example.com' })).body;
    const list = await api.send<{ items: Ticket[] }>('GET', '/ticket?email=info@EXAMPLE.com');
    expect(list.body.items.map((ticket) => ticket.id)).toEqual([id]);
    const comment = await api.comment(id, { ...aComment, email: 'info@example.com' });
    expect(comment.body.author).toBe('requester');
  });
});

describe('A search', () => {
  const { api, service } = sharedService();
  const patch = (id: number, fields: object) =>
    api.send('PATCH', `/ticket/${id}`, { ...json(JSON.stringify(fields)) });

  it('finds what a change has made of theme or text, and not what was there before', async () => {
    const id = await createTicket(api, ['Walnut', 'A cherry tree', 'An oak']);
    await patch(id, { theme: 'Hazelnut' });
    expect(await search(api, 'walnut')).toEqual([]);
    expect(await search(api, 'hazelnut cherry oak')).toEqual([id]);
    await patch(id, { text: 'A plum tree', priority: 'high' });
    expect(await search(api, 'cherry')).toEqual([]);
    expect(await search(api, 'hazelnut plum oak')).toEqual([id]);
  });

  it('finds a ticket by its last of 32 racing changes, and by no other', async () => {
    const id = await createTicket(api, ['racing']);
    await times(32, (n) => patch(id, { text: `racing number${n}x` }));
    const { text } = (await api.ticket(id)).body;
    expect(await search(api, text)).toEqual([id]);
    const found = await times(32, (n) => search(api, `number${n}x`));
    expect(found.flat()).toEqual([id]);
  });

  it('finds internal comments for the team', async () => {
    const id = await createTicket(api, ['A violin']);
    await api.comment(id, { ...aComment, text: 'A cello', visibility: 'internal' });
    expect(await search(api, 'violin cello')).toEqual([id]);
    expect(await search(api, 'violin -cello')).toEqual([]);
  });

  it('keeps every filter and order, and pages through all tickets once', async () => {
    const ids: number[] = [];
    for (let n = 0; n < 6; n++) ids.push(await createTicket(api, [`Granite ${n}`, 'A slate roof', 'Marble']));
    await api.updateStatus(ids[1] ?? 0, 'closed');
    await patch(ids[2] ?? 0, { email: 'Grace@example.com' });
    expect(await search(api, 'granite marble', '&status=closed')).toEqual([ids[1]]);
    expect(await search(api, 'granite marble', '&email=grace@example.com')).toEqual([ids[2]]);
    expect(await search(api, 'granite', '&sort=created_at')).toEqual(ids);
    for (const q of ['granite', 'granite slate -basalt', '-basalt -violin -racing -hazelnut -logbook']) {
      const pages: number[] = [];
      let path: string | undefined = `/ticket?limit=4&q=${q}`;
      while (path !== undefined) {
        const { headers, body }: ApiResponse<Page> = await api.send<Page>('GET', path);
        pages.push(...body.items.map(({ id }) => id));
        path = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
      }
      expect([q, pages]).toEqual([q, ids.toReversed()]);
    }
  });

  it('finds the last of 400 codes of a log, although each has the same words', async () => {
    const lines = Array.from({ length: 400 }, (_, n) => `logbook ERR-${5_000 + n}`);
    const id = await createTicket(api, [lines.join('\n')]);
    expect(await search(api, 'ERR-5399')).toEqual([id]);
    expect(await search(api, '"err 5001 logbook"')).toEqual([id]);
    expect(await search(api, 'ERR-5400')).toEqual([]);
    expect(await search(api, '5001-ERR')).toEqual([]);
  });

  it.each([
    ['255 hyphens', '-'.repeat(255)],
    ['255 letters', 'a '.repeat(127)],
    ['51 different words', Array.from({ length: 51 }, (_, n) => `w${n}`).join(' ')],
    ['only exclusions', '-a -b -c -d'],
    ['quotation marks', '"'.repeat(255)],
    ['operators of PostgreSQL', `'a' & | ! <-> :* \\ 'b':1A`],
    ['characters beyond the basic plane', '𠀀'.repeat(127)],
    ['ligatures that become 18 characters each', '\ufdfa'.repeat(255)],
  ])('takes any text: %s', async (_kind, q) => {
    expect(Array.isArray(await search(api, q))).toBe(true);
    expect(service().output).not.toContain('"level":"error"');
  });

  it('finds and changes a ticket with 10,000 comments', async () => {
    const id = await createTicket(api, ['Lighthouse', 'A keeper']);
    await insert(`
      WITH added AS (
        INSERT INTO comment (ticket_id, text, email) SELECT ${id}, 'gull' || n, 'a@example.com' FROM generate_series(1, 10000) AS n
        RETURNING id, text
      ), counted AS (UPDATE ticket SET comment_count = 10000, version = 10001 WHERE id = ${id})
      INSERT INTO search_text SELECT ${id}, id, 'public', text::tsvector FROM added`);
    expect(await search(api, 'gull9999 keeper')).toEqual([id]);
    expect(await search(api, 'lighthouse -gull10000')).toEqual([]);
    await api.comment(id, { ...aComment, text: 'An albatross' });
    expect(await search(api, 'albatross gull5000 lighthouse')).toEqual([id]);
  });

  it('rejects what would read too much, and answers it with a filter', async () => {
    await insert(`
      WITH created AS (
        INSERT INTO ticket (theme, text, email) SELECT 'common', 'common', 'a@example.com' FROM generate_series(1, 11000) RETURNING id
      )
      INSERT INTO search_text SELECT id, source, 'public', 'common:1' FROM created, unnest('{0,-1}'::bigint[]) AS source`);
    expect((await search(api, 'common')).length).toBe(100);
    for (const q of ['common -common', '-common', '-common -"a b" -c']) {
      const { status, problem } = await api.send('GET', `/ticket?q=${q}`);
      expect([q, status, problem.type]).toEqual([q, 422, 'urn:problem-type:ticket-system:search-too-broad']);
      expect(problem.errors?.[0]?.field).toBe('q');
      const found = await search(api, q, '&email=grace@example.com');
      expect(found.length).toBe(q.startsWith('-') ? 1 : 0);
    }
  });

  it('shows what it has found before its bound, and goes on from there', async () => {
    const list = '/ticket?q=-common&sort=created_at&limit=100';
    const first = await api.send<Page>('GET', list);
    expect(first.body.items.length).toBeGreaterThan(10);
    expect(first.body.next_cursor).not.toBeNull();
    const next = await api.send('GET', `${list}&cursor=${first.body.next_cursor ?? ''}`);
    expect(next.status).toBe(422);
  });

  async function insert(text: string): Promise<void> {
    const database = await connect(service().stores.database);
    await database.query(text);
    await database.end();
  }
});
