import { connect as connectTo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from '@jest/globals';

import { Api, aTicket, scrape, times } from './api.js';
import { eventually } from './eventually.js';
import { Service } from './service.js';

/** The longest text, of characters of three bytes. */
const longText = '語'.repeat(10_000);

/** More than the 10 MiB that the buffers of the system take. */
const unreadPages = 12;

/**
 * Lets clients ask for the largest pages without reading them. Checks that they cost little more memory than as many that read,
 * are disconnected within 35 s, and that creations succeed meanwhile.
 */
export async function checkUnreadPages(clients: number): Promise<void> {
  const service = await Service.start({ environment: { MAX_IN_FLIGHT: '10000' } });
  const api = new Api(service.url);
  await times(40, () => api.createTicket({ ...aTicket, text: longText }));
  const metric = async (name: string) => (await scrape(api)).get(name) ?? 0;
  const port = Number(new URL(service.url).port);
  /** Opens the connections; returns them, and the most memory of the service meanwhile. */
  const askAll = async (reads: boolean) => {
    const sockets: Socket[] = [];
    let most = 0;
    while (sockets.length < clients) {
      sockets.push(...(await times(5, () => ask(port, reads))));
      most = Math.max(most, await metric('process_resident_memory_bytes'));
    }
    return { sockets, most };
  };
  // What as many clients cost that read.
  const reading = await askAll(true);
  for (const socket of reading.sockets) socket.destroy();

  const files = await metric('process_open_fds');
  const { sockets, most } = await askAll(false);
  expect(most - reading.most).toBeLessThan(64 * 1024 * 1024);
  const begin = Date.now();
  await eventually(async () => {
    expect((await api.createTicket()).status).toBe(201);
    // A socket that reads nothing does not notice that it was closed, so the files of the service are counted.
    return Date.now() > begin + 5_000 && (await metric('process_open_fds')) < files + clients / 10;
  }, 60_000);
  expect(Date.now() - begin).toBeLessThan(35_000);
  for (const socket of sockets) socket.destroy();
  await service.stop();
}

/** Asks for a page on a connection and reads it, or for many and reads nothing. */
async function ask(port: number, reads: boolean): Promise<Socket> {
  const socket = await openSocket(port);
  if (reads) socket.resume();
  else socket.pause();
  socket.write('GET /ticket?limit=100 HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(reads ? 1 : unreadPages));
  // The service has read the tickets of the first pages.
  await sleep(50);
  return socket;
}

/** Opens a connection to a service, for a client that is slower than those of libraries. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connectTo(port, '127.0.0.1');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket.on('error', () => socket.destroy());
}
