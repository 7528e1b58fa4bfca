import pg from 'pg';

import { toWords } from '../src/tickets/search/words.js';

/** The words of five languages, the common ones first. */
const languages = {
  english:
    'the to and my is not order invoice payment account please can it of with since delivery address received wrong charged refund twice page error login password customer number arrived box damaged screen broken update shipping label return warehouse printer keyboard subscription renewal',
  german:
    'die ich der und nicht bestellung rechnung bitte mein ist mit seit lieferung adresse erhalten falsch überwiesen rückerstattung zweimal seite fehler anmeldung passwort kunde nummer angekommen paket beschädigt bildschirm kaputt änderung versand größe rückgabe lager drucker schlüssel kündigung verlängerung übergabe',
  russian:
    'не и мой заказ счёт оплата пожалуйста аккаунт с в это доставка адрес получил ошибка неверный списали возврат дважды страница вход пароль клиент номер приехала коробка повреждена экран сломан обновление этикетка склад принтер клавиатура подписка продление договор курьер посылка деньги',
  arabic:
    'في من لم على طلب فاتورة دفع حساب الرجاء هذا مع منذ توصيل عنوان استلمت خطأ خاطئ خصم استرداد مرتين صفحة دخول كلمة عميل رقم وصل صندوق تالف شاشة مكسور تحديث شحن ملصق إرجاع مستودع طابعة لوحة اشتراك تجديد عقد',
  japanese:
    'は の が を に 注文 請求書 支払い アカウント お願いします です ません 配送 住所 届きました エラー 間違い 返金 二回 ページ ログイン パスワード お客様 番号 箱 破損 画面 壊れ 更新 ラベル 返品 倉庫 プリンター キーボード 定期購入 延長 契約 荷物 領収書 確認',
};

const lexicons = Object.values(languages).map((words) => words.split(' '));

/** Returns the same sequence of numbers from 0 to 1 at each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** Writes a text of `length` words: common ones by Zipf's law, compounds of two, which are rare, and what people paste. */
function write(lexicon: string[], length: number, next: () => number, n: number): string {
  const pick = () => lexicon[Math.floor(lexicon.length ** next()) - 1] ?? '';
  const separator = lexicon === lexicons.at(-1) ? '' : ' ';
  const words = Array.from({ length }, () => (next() < 0.2 ? pick() + pick() : pick()));
  return `${words.join(separator)}${separator ? '.' : '。'} ${pasted[n % pasted.length]?.(n) ?? ''}`;
}

const pasted = [
  (n: number) => `INV-${n}`,
  (n: number) => `https://shop${n % 97}.example.com/orders/${n}/items?ref=mail&lang=en`,
  (n: number) => `customer${n}@mail${n % 500}.example.com`,
  (n: number) => `ERR_${n % 4_000} at /srv/app-${n % 300}/main.js:${n % 900}:17`,
  (n: number) => `${(n * 2_654_435_761).toString(16)}-${n.toString(36)}`,
];

/** Words that a known share of the tickets has. */
function planted(n: number): string {
  return (
    (n % 1_000 === 0 ? ' zebracrossing' : '') +
    (n % 100 === 7 ? ' lantern' : '') +
    (n % 20 === 3 ? ' harbour' : '')
  );
}

/** The ticket with most of the comments. */
export const hotTicket = 1;
const commentsOfHotTicket = 10_000;

/** The n-th ticket: its theme, its text and one comment of two in three. */
function ticket(n: number) {
  const next = random(n);
  const lexicon = lexicons[n % lexicons.length] ?? [];
  const theme = write(lexicon, 4, next, n).slice(0, 255);
  const text = write(lexicon, 20 + Math.floor(next() * 40), next, n + 1) + planted(n);
  return { theme, text, comment: n % 3 === 0 ? undefined : write(lexicon, 15, next, n + 2) };
}

/** Fills migrated tables with tickets, comments and their words, and creates the indexes afterwards, as a restore does. */
export async function fill(client: pg.Client, tickets: number): Promise<void> {
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid IN ('ticket'::regclass, 'search_text'::regclass)
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
  );
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  const batch = 2_000;
  for (let first = 1; first <= tickets; first += batch) {
    const items = Array.from({ length: Math.min(batch, tickets - first + 1) }, (_, n) => {
      const { theme, text, comment } = ticket(first + n);
      const words = { theme_words: toWords(theme), text_words: toWords(text) };
      return { id: first + n, theme, text, comment, ...words, comment_words: comment && toWords(comment) };
    });
    await client.query(insertBatch, [JSON.stringify(items)]);
  }
  const comments = Array.from({ length: commentsOfHotTicket }, (_, n) => {
    const text = write(lexicons[0] ?? [], 15, random(n), n);
    return { text, words: toWords(text) };
  });
  await client.query(insertHotComments, [JSON.stringify(comments)]);
  for (const { definition } of indexes) await client.query(definition);
  await client.query(`SELECT setval('ticket_id_seq', 20000000), setval('comment_id_seq', 20000000)`);
  await client.query('VACUUM ANALYZE');
}

/** Of 20 tickets, 17 are closed. */
const insertBatch = `
  WITH items AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1) AS item
      (id bigint, theme text, text text, comment text, theme_words tsvector, text_words tsvector, comment_words tsvector)
  ), tickets AS (
    INSERT INTO ticket (id, theme, text, email, status, created_at, updated_at, comment_count, version)
    OVERRIDING SYSTEM VALUE
    SELECT id, theme, text, 'customer' || id % 1000 || '@example.com',
      CASE id % 20 WHEN 0 THEN 'opened' WHEN 1 THEN 'answered' WHEN 2 THEN 'awaited' ELSE 'closed' END::ticket_status,
      timestamptz '2024-01-01' + id * interval '30 seconds', timestamptz '2024-01-01' + id * interval '30 seconds',
      (comment IS NOT NULL)::integer, 1 + (comment IS NOT NULL)::integer
    FROM items
  ), comments AS (
    INSERT INTO comment (ticket_id, id, text, email) OVERRIDING SYSTEM VALUE
    SELECT id, id, comment, 'support@example.com' FROM items WHERE comment IS NOT NULL
  )
  INSERT INTO search_text (ticket_id, source, visibility, words)
  SELECT id, source, 'public', words
  FROM items CROSS JOIN LATERAL (VALUES (0, theme_words), (-1, text_words), (id, comment_words)) AS texts (source, words)
  WHERE words IS NOT NULL`;

const insertHotComments = `
  WITH items AS MATERIALIZED (
    SELECT 10000000 + row_number() OVER () AS id, * FROM json_to_recordset($1) AS item (text text, words tsvector)
  ), comments AS (
    INSERT INTO comment (ticket_id, id, text, email) OVERRIDING SYSTEM VALUE
    SELECT ${hotTicket}, id, text, 'support@example.com' FROM items
  ), counted AS (
    UPDATE ticket SET comment_count = comment_count + ${commentsOfHotTicket}, version = version + ${commentsOfHotTicket},
      status = 'opened'
    WHERE id = ${hotTicket}
  )
  INSERT INTO search_text (ticket_id, source, visibility, words) SELECT ${hotTicket}, id, 'public', words FROM items`;
