import { connect as connectTo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { Api, median, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { Service } from '../support/service.js';

describe('A thousand clients that send a byte a second', () => {
  it('are disconnected in time and do not slow others down', async () => {
    const service = await Service.start();
    const api = new Api(service.url);
    const { id } = (await api.createTicket()).body;
    const port = Number(new URL(service.url).port);
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
    await eventually(async () => (await api.send('GET', '/health/ready')).status === 200);
    await service.stop();
  });
});

/** Sends the head of a request, and then a byte a second. */
async function trickle(port: number, head: string): Promise<Socket> {
  const socket = connectTo(port, '127.0.0.1');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.destroy());
  socket.resume();
  socket.write(head);
  const timer = setInterval(() => socket.write('a'), 1_000);
  socket.once('close', () => {
    clearInterval(timer);
  });
  return socket;
}
