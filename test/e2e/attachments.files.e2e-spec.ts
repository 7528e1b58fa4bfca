import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { SignedLinks } from '../../src/attachments/signed-links.js';
import { readEnvironment } from '../../src/config/read-environment.js';
import { Api, count, times } from '../support/api.js';
import { Attachments, sha256 } from '../support/attachments.js';
import { eventually } from '../support/eventually.js';
import { connect, type Stores } from '../support/servers.js';
import { secretKey, Service, type ServiceWithStores } from '../support/service.js';
import { token } from '../support/tokens.js';

const bytes = 'It lists the same item twice.\n';

let service: ServiceWithStores;
let api: Api;
let ticket: Attachments;

const folder = mkdtempSync(join(tmpdir(), 'ticket-attachments-'));

async function start(stores?: Stores): Promise<void> {
  const environment = { AUTH_REQUIRED: 'true', ATTACHMENTS_MAX_BYTES: '1000000', ATTACHMENTS_DIR: folder };
  service = await Service.start({ environment, ...(stores && { stores }) });
  api = new Api(service.url, await token());
}

beforeAll(() => start());

beforeEach(async () => {
  ticket = new Attachments(api, (await api.createTicket()).body.id);
});

afterAll(async () => {
  expect(service.output).not.toContain('"level":"error"');
  expect(await service.stop()).toBe(0);
  rmSync(folder, { recursive: true });
});

/** Names of all files in the folder of the attachments. */
const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

describe('A completion', () => {
  const invalid = [409, 'urn:problem-type:ticket-system:upload-invalid'];

  it('without an upload is rejected, and succeeds after one', async () => {
    const { body } = await ticket.create(bytes);
    const { status, problem } = await ticket.complete(body.id);
    expect([status, problem.type]).toEqual(invalid);
    await ticket.upload(body, bytes);
    expect((await ticket.complete(body.id)).status).toBe(200);
  });

  it('of bytes with another hash is rejected, and succeeds after they are uploaded again', async () => {
    const { body } = await ticket.create(bytes, { sha256: sha256(bytes) });
    await ticket.upload(body, bytes.toUpperCase());
    const { status, problem } = await ticket.complete(body.id);
    expect([status, problem.type]).toEqual(invalid);
    expect((await ticket.find(body.id)).body.state).toBe('pending');
    expect((await ticket.content(body.id)).problem.type).toMatch(/attachment-pending$/);
    await ticket.upload(body, bytes);
    expect((await ticket.complete(body.id)).status).toBe(200);
    expect(await (await ticket.download(body.id)).text()).toBe(bytes);
  });

  it('is final: the bytes cannot be replaced afterwards', async () => {
    const { body } = await ticket.create(bytes);
    await ticket.upload(body, bytes);
    await ticket.complete(body.id);
    const { status } = await ticket.upload(body, bytes.toUpperCase());
    expect(status).toBe(409);
    expect(await (await ticket.download(body.id)).text()).toBe(bytes);
  });
});

describe('An upload', () => {
  it('of another size is rejected, with and without Content-Length, and leaves nothing', async () => {
    const { body } = await ticket.create(bytes);
    const before = files();
    for (const wrong of ['short', bytes + bytes]) {
      expect((await ticket.upload(body, wrong)).status).toBe(400);
      const stream = new Blob([wrong]).stream();
      const chunked = await ticket.upload(body, bytes, { body: stream, duplex: 'half' });
      expect(chunked.status).toBe(400);
      expect(await chunked.json()).toMatchObject({ errors: [{ field: 'body' }] });
    }
    expect(files()).toEqual(before);
  });

  it('that is interrupted leaves nothing', async () => {
    const large = Buffer.alloc(900_000, 'x');
    const { body } = await ticket.create(large);
    const before = files();
    const sent = request(ticket.absolute(body.upload.url), {
      method: 'PUT',
      headers: { 'content-length': 900_000 },
    });
    sent.on('error', () => undefined);
    sent.write(large.subarray(0, 500_000));
    await eventually(() => files().length > before.length);
    sent.destroy();
    await eventually(() => files().length === before.length);
    expect((await ticket.upload(body, large)).status).toBe(200);
  });

  it('may be empty', async () => {
    const { id } = await ticket.attach('');
    expect(await (await ticket.download(id)).text()).toBe('');
  });

  it('of 200 clients at once succeeds', async () => {
    const created: Awaited<ReturnType<Attachments['create']>>[] = [];
    while (created.length < 200)
      created.push(...(await times(20, (n) => ticket.create(`${created.length + n}`.padStart(3)))));
    const uploads = await times(200, (n) => {
      const { body } = created[n] ?? {};
      return body ? ticket.upload(body, `${n}`.padStart(3)) : Promise.reject(new Error('not created'));
    });
    expect(count(uploads, 200)).toBe(200);
    expect(files().filter((name) => name.includes('.'))).toEqual([]);
  });
});

describe('A signed URL', () => {
  const invalid = async (response: Promise<Response>) => {
    const { status, body } = await response.then(async (r) => ({
      status: r.status,
      body: (await r.json()) as object,
    }));
    expect([status, body]).toMatchObject([403, { type: 'urn:problem-type:ticket-system:link-invalid' }]);
  };

  it('is rejected when it is altered, or used for another attachment, another ticket or another purpose', async () => {
    const { body } = await ticket.create(bytes);
    const { id } = await ticket.attach(bytes);
    const { url } = (await ticket.content(id)).body;
    const other = new Attachments(api, (await api.createTicket()).body.id);
    const elsewhere = await other.attach(bytes);
    const last = url.endsWith('A') ? 'B' : 'A';
    for (const altered of [
      url.slice(0, -1) + last,
      url.replace(/expires=\d/, 'expires=9'),
      url.replace(/caller=[^&]*&/, ''),
      url.replace(`/attachment/${id}/`, `/attachment/${body.id}/`),
      url.replace(/^\/ticket\/\d+\/attachment\/\d+/, `/ticket/${other.ticketId}/attachment/${elsewhere.id}`),
      body.upload.url,
    ])
      await invalid(fetch(ticket.absolute(altered)));
    await invalid(fetch(ticket.absolute(url), { method: 'PUT', body: bytes }));
    expect((await fetch(ticket.absolute(url))).status).toBe(200);
  });

  it('is rejected when it has expired, or was signed with another key', async () => {
    const { id } = await ticket.attach(bytes);
    const path = { ticket_id: ticket.ticketId, attachment_id: id };
    const signedBy = (key: string) => new SignedLinks(readEnvironment({ SECRET_KEY: key }));
    const fetchUntil = (ms: number, key = secretKey) =>
      fetch(ticket.absolute(signedBy(key).sign('download', path, new Date(Date.now() + ms), undefined).url));
    expect((await fetchUntil(60_000)).status).toBe(200);
    await invalid(fetchUntil(-1_000));
    await invalid(fetchUntil(60_000, 'b'.repeat(32)));
  });

  it('needs no token, and is rejected with the token of another caller', async () => {
    const { body } = await ticket.create(bytes);
    const authorization = (text: string) => ({ headers: { authorization: `Bearer ${text}` } });
    const stranger = authorization(await token({ sub: 'stranger' }));
    await invalid(ticket.upload(body, bytes, stranger));
    expect((await ticket.upload(body, bytes)).status).toBe(200);
    await ticket.complete(body.id);
    await invalid(ticket.download(body.id, stranger));
    expect((await ticket.download(body.id, authorization(await token()))).status).toBe(200);
    expect((await ticket.download(body.id)).status).toBe(200);
  });

  it.each(['', '?expires=1', '?expires=x&signature=x'])(
    'without its parameters is rejected: %s',
    async (query) => {
      const { status } = await api.send('GET', `/ticket/${ticket.ticketId}/attachment/1/file${query}`);
      expect(status).toBe(400);
    },
  );
});

describe('The jobs at a start', () => {
  it('delete attachments that were not completed in 24 hours, and all bytes that no attachment needs', async () => {
    const [kept, removed] = [await ticket.attach(bytes), await ticket.attach(bytes)];
    const { body: pending } = await ticket.create(bytes);
    await ticket.upload(pending, bytes);
    await ticket.remove(removed.id);
    const database = await connect(service.stores.database);
    await database.query(`UPDATE attachment SET created_at = created_at - interval '26 hours'`);
    await database.query(`UPDATE attachment_deletion SET due_at = now(), final_at = now()`);
    const { rows } = await database.query<{ key: string }>(
      `SELECT stored_key AS key FROM attachment WHERE state = 'complete'`,
    );
    const needed = rows.map(({ key }) => key);
    expect(files().length).toBeGreaterThan(needed.length);

    await service.stop();
    await start(service.stores);
    await eventually(() => files().length === needed.length);
    expect(files().sort()).toEqual(needed.sort());
    const again = new Attachments(api, ticket.ticketId);
    expect((await again.list()).body.items.map(({ id }) => id)).toEqual([kept.id]);
    expect(await (await again.download(kept.id)).text()).toBe(bytes);
    expect((await database.query('SELECT key FROM attachment_deletion')).rows).toEqual([]);
    await database.end();
  });
});
