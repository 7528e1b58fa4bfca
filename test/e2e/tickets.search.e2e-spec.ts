import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, aComment, aTicket, type Ticket } from '../support/api.js';
import { createStores } from '../support/servers.js';
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

/** Returns the ids that a search finds. */
async function search(api: Api, q: string, filter = ''): Promise<number[]> {
  const path = `/ticket?limit=100&q=${encodeURIComponent(q)}${filter}`;
  const { status, body } = await api.send<{ items: Ticket[] }>('GET', path);
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
const locales: Record<string, string> = {
  'C.UTF-8': '',
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
