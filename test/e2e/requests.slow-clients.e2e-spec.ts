import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { Api, aTicket, median, times } from '../support/api.js';
import { Attachments } from '../support/attachments.js';
import { eventually } from '../support/eventually.js';
import { Service } from '../support/service.js';
import { startImport } from '../support/transfer.js';
import { checkUnreadPages, openSocket } from '../support/unread-pages.js';

describe('Slow clients', () => {
  it.concurrent(
    'a thousand that send a byte a second are disconnected in time and do not slow others down, unless they upload an attachment',
    async () => {
      const service = await Service.start();
      const api = new Api(service.url);
      const { id } = (await api.createTicket()).body;
      const port = Number(new URL(service.url).port);
      const attachments = new Attachments(api, id);
      const { body: attachment } = await attachments.create('a'.repeat(99));
      const uploadHead = `PUT ${attachment.upload.url} HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n`;
      const upload = await trickle(port, uploadHead);
      const heads = [
        'GET /ticket/1 HTTP/1.1\r\nHost: a\r\nX: ',
        'POST /ticket HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n',
      ];
      const slow = await times(1_000, (n) => trickle(port, heads[n % 2] ?? ''));
      const open = () => slow.filter(({ destroyed }) => !destroyed).length;
      expect(open()).toBe(1_000);
      const begin = Date.now();

      const latencies: number[] = [];
      while (open() > 0 && Date.now() < begin + 30_000) {
        const start = performance.now();
        const responses = await Promise.all([api.ticket(id), api.createTicket(), api.send('GET', '/ticket')]);
        latencies.push(performance.now() - start);
        expect(responses.map(({ status }) => status)).toEqual([200, 201, 200]);
        await sleep(100);
      }
      expect(open()).toBe(0);
      expect(Date.now() - begin).toBeLessThan(25_000);
      expect(median(latencies)).toBeLessThan(50);
      expect(upload.destroyed).toBe(false);
      // No byte more: what follows would be a malformed request, which ends the connection.
      upload.write('a'.repeat(uploadHead.length + 99 - upload.bytesWritten));
      await eventually(async () => (await attachments.complete(attachment.id)).status === 200);
      upload.destroy();
      await eventually(async () => (await api.send('GET', '/health/ready')).status === 200);
      await service.stop();
    },
  );

  it.concurrent(
    'an import that takes longer than the time limit of other requests goes on while it makes progress',
    async () => {
      const service = await Service.start();
      const open = startImport(service.url);
      const begin = Date.now();
      for (let n = 0; Date.now() < begin + 24_000; n++) {
        open.write(`${JSON.stringify({ external_id: `slow-${n}`, ...aTicket })}\n`);
        expect(await open.nextResult()).toMatchObject({ status: 'created' });
        await sleep(3_000);
      }
      open.end();
      await service.stop();
    },
  );

  it.concurrent(
    'fifty that ask for the largest pages and do not read them cost little memory, are disconnected within 35 s, and do not slow others down',
    () => checkUnreadPages(50),
  );
});

/** Sends the head of a request, and then a byte a second. */
async function trickle(port: number, head: string): Promise<Socket> {
  const socket = await openSocket(port);
  socket.on('end', () => socket.destroy());
  socket.resume();
  socket.write(head);
  const timer = setInterval(() => socket.write('a'), 1_000);
  socket.once('close', () => {
    clearInterval(timer);
  });
  return socket;
}
