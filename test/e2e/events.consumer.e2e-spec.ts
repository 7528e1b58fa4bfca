import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api } from '../support/api.js';
import { freePort } from '../../src/database/free-port.js';
import { eventually } from '../support/eventually.js';
import { createStores, type Stores } from '../support/servers.js';
import { Service } from '../support/service.js';

let stores: Stores;
let environment: { PORT: string };
let service: Service;
let folder: string;
let consumer: ChildProcess;
let output = '';
let complaints = '';

/** The consumer of the README, as it stands there. */
function consumerOfReadme(): string {
  const [, code = ''] =
    /```js\n(\/\/ follow\.mjs\n.+?)```/s.exec(readFileSync('docs/events.md', 'utf8')) ?? [];
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(25);
  return code;
}

function startConsumer(): void {
  consumer = spawn(process.execPath, ['follow.mjs', service.url], { cwd: folder });
  consumer.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  consumer.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
}

beforeAll(async () => {
  stores = await createStores();
  environment = { PORT: String(await freePort()) };
  service = await Service.start({ stores, environment });
  folder = mkdtempSync(join(tmpdir(), 'ticket-consumer-'));
  writeFileSync(join(folder, 'follow.mjs'), consumerOfReadme());
  startConsumer();
});

afterAll(async () => {
  consumer.kill();
  await service.stop();
});

/** The numbers of the tickets that the consumer was told of, in its order. */
function told(): number[] {
  if (consumer.exitCode !== null) throw new Error(`The consumer has ended: ${complaints}`);
  return [...output.matchAll(/ticket\.created of ticket (\d+)/g)].map(([, id]) => Number(id));
}

describe('The consumer of the README', () => {
  it('is told of every ticket once, in order, though the service is killed ten times', async () => {
    const ids: number[] = [];
    for (let round = 0; round < 10; round++) {
      const api = new Api(service.url);
      for (let n = 0; n < 20; n++) ids.push((await api.createTicket()).body.id);
      await service.stop('SIGKILL');
      service = await Service.start({ stores, environment });
    }
    await eventually(() => Promise.resolve(told().length >= ids.length), 15_000);
    expect(told()).toEqual(ids);
  }, 90_000);

  it('goes on where it was when it is killed itself', async () => {
    const before = told();
    const api = new Api(service.url);
    const first = (await api.createTicket()).body.id;
    await eventually(() => Promise.resolve(told().includes(first)));
    // It has done its work, and may have been killed before it could note that: then it does it again.
    consumer.kill('SIGKILL');
    const second = (await api.createTicket()).body.id;
    startConsumer();
    await eventually(() => Promise.resolve(told().includes(second)));
    expect([...new Set(told())]).toEqual([...before, first, second]);
  });
});
