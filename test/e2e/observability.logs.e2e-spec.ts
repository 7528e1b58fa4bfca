import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { freePort } from '../../src/database/free-port.js';
import { aComment, Api, json, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { environmentOf, Service, type ServiceWithStores } from '../support/service.js';
import { connect } from '../support/servers.js';
import { token } from '../support/tokens.js';

interface Line {
  level: string;
  time: string;
  msg: string;
  request_id?: string;
  trace_id?: string;
  parent_id?: string;
  method?: string;
  route?: string;
  path?: string;
  status?: number;
  ms?: number;
}

let service: ServiceWithStores;
let api: Api;
let bearer: string;

beforeAll(async () => {
  service = await Service.start({ environment: { AUTH_REQUIRED: 'true' } });
  bearer = await token();
  api = new Api(service.url, bearer);
});

afterAll(async () => {
  await service.stop();
});

const lines = () =>
  service.output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);

async function linesOf(id: string): Promise<Line[]> {
  const found = () => lines().filter(({ request_id }) => request_id === id);
  await eventually(() => found().some(({ msg }) => msg === 'request'));
  return found();
}

describe('The log', () => {
  it('has one JSON line for each request, written when the request ends', async () => {
    await api.createTicket();
    await api.ticket(1, { 'x-request-id': 'the-read' });
    const found = await linesOf('the-read');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      level: 'info',
      method: 'GET',
      route: '/ticket/:ticket_id',
      path: '/ticket/1',
      status: 200,
    });
    expect(found[0]?.ms).toBeGreaterThan(0);
    expect(Date.parse(found[0]?.time ?? '')).toBeGreaterThan(Date.now() - 10_000);
  });

  it('names the route of a request that was rejected before the handler, and none for an unknown path', async () => {
    const id = (name: string) => ({ 'x-request-id': name });
    await api.send('POST', '/ticket/1/comment', {
      body: '{',
      headers: { ...json('{').headers, ...id('broken') },
    });
    await api.send('GET', '/nothing', { headers: id('nowhere') });
    expect((await linesOf('broken'))[0]).toMatchObject({ status: 400, route: '/ticket/:ticket_id/comment' });
    expect((await linesOf('nowhere'))[0]).toMatchObject({ status: 404, route: 'none' });
  });

  it('contains the trace context of a request', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const traced = { 'x-request-id': 'traced', traceparent: `00-${trace}-b7ad6b7169203331-01` };
    await api.ticket(1, traced);
    expect((await linesOf('traced'))[0]).toMatchObject({ trace_id: trace, parent_id: 'b7ad6b7169203331' });
    await api.ticket(1, { 'x-request-id': 'odd', traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` });
    expect((await linesOf('odd'))[0]).not.toHaveProperty('trace_id');
  });

  it('reports an internal error under the id of its request', async () => {
    const database = await connect(service.stores.database);
    await database.query('ALTER TABLE comment RENAME TO elsewhere');
    const { problem } = await api.send('GET', '/ticket/1/comment', {
      headers: { 'x-request-id': 'internal' },
    });
    await database.query('ALTER TABLE elsewhere RENAME TO comment');
    await database.end();
    expect(problem).toMatchObject({ status: 500, request_id: 'internal' });
    expect(JSON.stringify(problem)).not.toMatch(/relation|SELECT|42P01/);
    expect(await linesOf('internal')).toEqual([
      expect.objectContaining({ level: 'error', sqlstate: '42P01' }),
      expect.objectContaining({ level: 'info', status: 500 }),
    ]);
  });

  it('never contains text, e-mail addresses or tokens of clients', async () => {
    const secret = 'swordfish';
    const email = `${secret}@example.com`;
    const fields = { theme: secret, text: secret, email };
    const { id } = (await api.createTicket(fields)).body;
    await api.comment(id, { ...aComment, text: secret });
    await api.createTicket({ ...fields, [secret]: secret });
    await api.send('POST', '/ticket', json(`{"theme": "${secret}`));
    await api.send('GET', `/ticket?email=${email}&q=${secret}`);
    await api.send('GET', `/ticket?${secret}=1&cursor=${secret}`);
    await api.send('GET', `/ticket/${email}`);
    await api.send('GET', `/${bearer}`);
    await api.ticket(id, { authorization: `Bearer ${secret}` });
    const { headers } = await api.ticket(id, { 'idempotency-key': secret, 'x-request-id': 'last' });
    expect(headers.get('x-request-id')).toBe('last');
    await linesOf('last');
    expect(service.output).not.toContain(secret);
    expect(service.output).not.toContain('@');
    expect(service.output).not.toContain(bearer.split('.')[2]);
  });

  it('affects neither the service nor its shutdown when the disk is full', async () => {
    const PORT = String(await freePort());
    const full = openSync('/dev/full', 'w');
    const { PATH } = process.env;
    const child = spawn(process.execPath, ['dist/src/main.js'], {
      env: { PATH, ...environmentOf(service.stores), PORT },
      stdio: ['ignore', full, full],
    });
    const alive = () => fetch(`http://localhost:${PORT}/health/live`).then(({ status }) => status === 200);
    await eventually(() => alive().catch(() => false));
    await times(20, alive);
    // Longer than the log buffers its lines.
    await sleep(200);
    expect(await alive()).toBe(true);
    const ended = once(child, 'close');
    child.kill();
    expect(await ended).toEqual([0, null]);
    closeSync(full);
  });

  it('has no request lines at LOG_LEVEL=warn', async () => {
    const quiet = await Service.start({ stores: service.stores, environment: { LOG_LEVEL: 'warn' } });
    expect((await fetch(`${quiet.url}/health/live`)).status).toBe(200);
    await quiet.stop();
    expect(quiet.output).toContain('Authentication is off (AUTH_REQUIRED=false)');
    expect(quiet.output).not.toContain('/health/live');
  });
});
