import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from '@jest/globals';

import type { ExportLineDto } from '../../src/transfer/export-line.dto.js';
import type { ImportResultDto } from '../../src/transfer/import-line.dto.js';
import type { Api } from './api.js';

/** A line of an import: an object, or the text or the bytes of a line that may be none. */
export type AnyLine = object | string | Buffer;

const type = { 'content-type': 'application/x-ndjson' };

/** Sends lines to be imported; returns their results. */
export async function sendLines(api: Api, ...lines: AnyLine[]): Promise<ImportResultDto[]> {
  const parts = lines.map((line) =>
    Buffer.isBuffer(line) ? line : Buffer.from(typeof line === 'string' ? line : JSON.stringify(line)),
  );
  const body = Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')]));
  const response = await api.send<string>('POST', '/import', { body, headers: type });
  expect(response.status).toBe(200);
  return parseLines<ImportResultDto>(response.body);
}

/** Reads an export; returns its first line, and its tickets. */
export async function readExport(api: Api) {
  const { status, body } = await api.send<string>('GET', '/export');
  expect(status).toBe(200);
  const [first, ...tickets] = parseLines<object>(body);
  return { ...(first as { cursor: string; tickets: number }), lines: tickets as ExportLineDto[] };
}

function parseLines<Line>(text: string): Line[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
}

/** Begins an import whose lines are written one by one. */
export function startImport(url: string) {
  const sent = request(`${url}/import`, { method: 'POST', headers: type });
  sent.on('error', () => undefined);
  const responded = once(sent, 'response') as Promise<[IncomingMessage]>;
  responded.catch(() => undefined);
  const results = responded.then(([response]) => {
    response.on('error', () => undefined);
    return createInterface({ input: response })[Symbol.asyncIterator]();
  });
  results.catch(() => undefined);
  return {
    write: (text: string) => sent.write(text),
    /** Writes; resolves to false if the service has not taken it within this time. */
    writeWithin: async (text: string, ms: number) =>
      sent.write(text) || Promise.race([once(sent, 'drain').then(() => true), sleep(ms, false)]),
    nextResult: async () => JSON.parse((await (await results).next()).value as string) as ImportResultDto,
    /** Leaves the results unread. */
    pause: () => void responded.then(([response]) => response.pause()),
    end: () => sent.end(),
    cut: () => sent.destroy(),
  };
}
