import { mkdirSync, writeFileSync } from 'node:fs';

import pg from 'pg';

import { fill, hotTicket } from './search-data.js';
import { Servers } from './servers.js';
import { launch, service, stop } from './targets.js';

const tickets = Number(process.argv[2] ?? 1_000_000);
const runs = 20;

/** The parameters of searches, by what they show. */
const searches = {
  'a word in one ticket of 1,000': 'q=zebracrossing',
  'its beginning': 'q=zebra',
  'a word in one of 100': 'q=lantern',
  'a word in one of 20': 'q=harbour',
  'a word in one of 20, oldest first, closed': 'q=harbour&sort=created_at&status=closed',
  'a common word, English': 'q=invoice',
  'a common word, German': 'q=Rückerstattung',
  'a common word, Russian': 'q=Счет',
  'a common word, Arabic': 'q=فاتورة',
  'a common word, Japanese': 'q=請求書',
  'one character, Japanese': 'q=の',
  'two letters, the beginning of many words': 'q=in',
  'one letter': 'q=a',
  'a rare compound, Japanese': 'q=倉庫プリンター',
  'a number of a code': `q=${tickets - 5}`,
  'the beginning of many numbers': 'q=77',
  'a code': `q=INV-${tickets - 5}`,
  'a code that does not exist': 'q=INV-99999999',
  'a URL': `q=${encodeURIComponent(`https://shop${(tickets / 2 + 1) % 97}.example.com/orders/${tickets / 2 + 1}/items?ref=mail&lang=en`)}`,
  'an address': `q=customer${tickets / 2 + 2}@mail${(tickets / 2 + 2) % 500}.example.com`,
  'a phrase of common words': 'q="invoice payment account"',
  'a phrase of common words that no text has': 'q="charged charged charged charged"',
  'two words, in one of 1,000 and one of 20': 'q=zebracrossing harbour',
  'two words that are never together': 'q=harbour lantern',
  'common words in several texts': 'q=invoice payment account please',
  'a common word without another': 'q=invoice -payment',
  'a common word without itself': 'q=invoice -invoice',
  'only exclusions': 'q=-invoice -заказ',
  'only exclusions of common words': 'q=-the -die -не -في -は -to -and -и -من',
  'a common word of an address of 1,000 tickets': 'q=invoice&email=customer5@example.com',
  'a word of the ticket with 10,000 comments': `q=INV-9995 invoice`,
  '127 letters': `q=${'a b '.repeat(63)}`,
  'a pasted sentence of 255 characters': `q=${'please can the invoice of my order with delivery address received wrong charged refund twice page error login password customer number arrived box damaged screen broken update shipping label return warehouse printer keyboard'.slice(0, 255)}`,
};

interface Result {
  status: number;
  found: string;
  medianMs: number;
  maxMs: number;
}

async function measure(url: string, parameters: string): Promise<Result> {
  const times: number[] = [];
  let status = 0;
  let found = '';
  for (let n = 0; n < runs; n++) {
    const begin = performance.now();
    const response = await fetch(`${url}/ticket?${parameters}`);
    const body = (await response.json()) as { items?: unknown[]; next_cursor?: string | null };
    times.push(performance.now() - begin);
    status = response.status;
    found = body.items ? `${body.items.length}${body.next_cursor ? ' and more' : ''}` : '';
  }
  const sorted = times.slice(2).toSorted((a, b) => a - b);
  const round = (ms = 0) => Math.round(ms * 10) / 10;
  return { status, found, medianMs: round(sorted[sorted.length / 2]), maxMs: round(sorted.at(-1)) };
}

/** Measures comments on the ticket with 10,000 comments, one at a time. */
async function measureComments(url: string): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 100; n++) {
    const begin = performance.now();
    const response = await fetch(`${url}/ticket/${hotTicket}/comment`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: `Is the parcel number${n} on its way to me?`, email: 'ada@example.com' }),
    });
    if (response.status !== 201) throw new Error(`A comment responds ${response.status}`);
    times.push(performance.now() - begin);
  }
  return Math.round((times.toSorted((a, b) => a - b)[50] ?? 0) * 10) / 10;
}

// Without flushes to disk, because only reads are measured, and loading a million tickets takes long enough.
const servers = await Servers.start({
  ...{ fsync: 'off', max_wal_size: '8GB' },
  ...{ shared_buffers: '2GB', maintenance_work_mem: '1GB' },
});
try {
  const { environment, database } = await servers.createStores(1);
  await stop((await launch(service, environment)).process);
  const begin = performance.now();
  const {
    POSTGRES_HOST: host = '',
    POSTGRES_USER: user = '',
    POSTGRES_PASSWORD: password = '',
  } = environment;
  const client = new pg.Client({
    host,
    port: Number(environment['POSTGRES_PORT']),
    user,
    password,
    database,
  });
  await client.connect();
  await fill(client, tickets);
  await client.end();
  const seconds = Math.round((performance.now() - begin) / 1000);
  const sizes = await servers.query<{ name: string; mb: number }>(
    database,
    `SELECT relname AS name, (pg_table_size(oid) / 1000000)::integer AS mb FROM pg_class
     WHERE relname IN ('ticket', 'comment', 'search_text', 'search_text_pkey', 'search_text_by_words')`,
  );
  const { process: replica, url } = await launch(service, environment, false);
  const results: Record<string, Result> = {};
  for (const [name, parameters] of Object.entries(searches)) {
    results[name] = await measure(url, parameters);
    console.log(name.padEnd(50), JSON.stringify(results[name]));
  }
  const commentMs = await measureComments(url);
  await stop(replica);
  mkdirSync('bench/results', { recursive: true });
  const content = { tickets, seconds, sizesMb: sizes.rows, commentMs, results };
  console.log(seconds, sizes.rows, commentMs);
  writeFileSync('bench/results/search.json', `${JSON.stringify(content, undefined, 2)}\n`);
} finally {
  await servers.stop();
}
