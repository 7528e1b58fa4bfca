import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'content-disposition';

import { Api } from '../support/api.js';
import { Attachments, sha256 } from '../support/attachments.js';
import { eventually } from '../support/eventually.js';
import { S3Server } from '../support/s3-server.js';
import { connect } from '../support/servers.js';
import { Service, type ServiceWithStores } from '../support/service.js';

const bytes = 'It lists the same item twice.\n';

let s3: S3Server;
let service: ServiceWithStores;
let api: Api;
let ticket: Attachments;

beforeAll(async () => {
  s3 = await S3Server.start();
  service = await Service.start({ environment: s3.environment });
  api = new Api(service.url);
}, 300_000);

beforeEach(async () => {
  ticket = new Attachments(api, (await api.createTicket()).body.id);
});

afterAll(async () => {
  expect(service.output).not.toContain('"level":"error"');
  expect(await service.stop()).toBe(0);
  await s3.stop();
});

const unavailable = [503, 'urn:problem-type:ticket-system:unavailable'];
const invalid = [409, 'urn:problem-type:ticket-system:upload-invalid'];

describe('An S3-compatible store', () => {
  it('takes the upload and serves the download, past the service', async () => {
    const fields = { name: `請求書 "1" %41.pdf`, content_type: 'application/pdf', sha256: sha256(bytes) };
    const { body } = await ticket.create(bytes, fields);
    expect(body.upload.url).toContain(s3.environment['ATTACHMENTS_S3_ENDPOINT']);
    expect((await ticket.upload(body, bytes)).status).toBe(200);
    expect((await ticket.complete(body.id)).body).toMatchObject({ ...fields, state: 'complete' });
    expect((await ticket.complete(body.id)).status).toBe(200);
    const { headers } = await ticket.download(body.id);
    expect(headers.get('content-type')).toBe('application/pdf');
    const { type, parameters } = parse(headers.get('content-disposition') ?? '');
    expect([type, parameters['filename']]).toEqual(['attachment', fields.name]);
    expect(await (await ticket.download(body.id)).text()).toBe(bytes);
  });

  it('rejects an upload of another size or type, and an altered URL', async () => {
    const { body } = await ticket.create(bytes);
    const { upload } = body;
    expect((await ticket.upload(body, `${bytes}!`)).status).toBe(403);
    expect((await ticket.upload(body, bytes, { headers: { 'Content-Type': 'text/html' } })).status).toBe(403);
    const url = upload.url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=600000');
    expect((await ticket.upload({ ...body, upload: { ...upload, url } }, bytes)).status).toBe(403);
    const { status, problem } = await ticket.complete(body.id);
    expect([status, problem.type]).toEqual(invalid);
  });

  it('is asked for the hash, and takes the bytes again after a wrong one', async () => {
    const { body } = await ticket.create(bytes, { sha256: sha256(bytes) });
    await ticket.upload(body, bytes.toUpperCase());
    const { status, problem } = await ticket.complete(body.id);
    expect([status, problem.type]).toEqual(invalid);
    await ticket.upload(body, bytes);
    expect((await ticket.complete(body.id)).status).toBe(200);
    // The URL is still valid, but writes another object.
    expect((await ticket.upload(body, bytes.toUpperCase())).status).toBe(200);
    expect(await (await ticket.download(body.id)).text()).toBe(bytes);
  });

  it('has no endpoint for files in the service', async () => {
    const path = `/ticket/${ticket.ticketId}/attachment/1/file?expires=1&signature=${'a'.repeat(43)}`;
    expect((await api.send('GET', path)).status).toBe(403);
  });
});

describe('A store that does not respond', () => {
  const freeze = (signal: NodeJS.Signals) => () => {
    s3.signal(signal);
    return Promise.resolve();
  };

  it.each([
    ['killed', () => s3.kill(), () => s3.launch()],
    ['frozen', freeze('SIGSTOP'), freeze('SIGCONT')],
  ] as const)(
    'because it was %s makes completions fail with 503, and nothing else',
    async (_state, fail, restore) => {
      const { body } = await ticket.create(bytes, { sha256: sha256(bytes) });
      await ticket.upload(body, bytes);
      await fail();
      const begin = Date.now();
      const { status, problem } = await ticket.complete(body.id);
      expect([status, problem.type]).toEqual(unavailable);
      expect(Date.now() - begin).toBeLessThan(6_000);
      expect((await api.createTicket()).status).toBe(201);
      expect((await api.send('GET', '/health/ready')).status).toBe(200);
      expect((await ticket.create(bytes)).status).toBe(201);
      await restore();
      expect((await ticket.complete(body.id)).status).toBe(200);
    },
  );

  it('does not keep an attachment from being removed, and its bytes are deleted when the store is back', async () => {
    const [kept, removed] = [await ticket.attach(bytes), await ticket.attach(bytes)];
    await s3.kill();
    expect((await ticket.remove(removed.id)).status).toBe(200);
    const database = await connect(service.stores.database);
    const due = () => database.query('UPDATE attachment_deletion SET due_at = now(), final_at = now()');
    const left = async () =>
      (await database.query<{ n: number }>('SELECT count(*)::integer AS n FROM attachment_deletion')).rows[0]
        ?.n;
    await due();
    const restart = async () => {
      await service.stop();
      service = await Service.start({ stores: service.stores, environment: s3.environment });
    };
    await restart();
    await eventually(() => service.output.includes('bytes of no attachment\\" failed'));
    expect(await left()).toBeGreaterThan(1);
    await s3.launch();
    await due();
    await restart();
    // A busy store may not delete all of them in time. The job runs again each minute.
    await eventually(async () => {
      if ((await left()) === 0) return true;
      await due();
      return false;
    }, 100_000);
    const { rows } = await database.query<{ key: string }>(
      `SELECT stored_key AS key FROM attachment WHERE state = 'complete'`,
    );
    expect((await s3.keys()).sort()).toEqual(rows.map(({ key }) => key).sort());
    await database.end();
    const again = new Attachments(new Api(service.url), ticket.ticketId);
    expect(await (await again.download(kept.id)).text()).toBe(bytes);
  });
});
