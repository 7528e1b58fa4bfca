import type { Call } from './calls.js';
import type { Target } from './targets.js';

/** Holds that all contestants answer a call alike: with the same status and the same fields. */
export async function checkEquivalence(call: Call, contestants: Target[]): Promise<void> {
  // A 304 has nothing to compare, and each run counts what is none.
  if (call.isConditional) return;
  const shapes = await Promise.all(contestants.map(async ({ url }) => shapeOf(call, url)));
  const [first] = shapes;
  shapes.forEach((shape, n) => {
    if (shape !== first)
      throw new Error(`${call.name}: ${contestants[n]?.name ?? ''} answers ${shape}, not ${first ?? ''}`);
  });
}

async function shapeOf({ method, path, headers = {}, body }: Call, url: string): Promise<string> {
  // Twice, so that what can come from a cache does.
  const init = { method, headers, ...(body !== undefined && { body }) };
  if (method === 'GET') await (await fetch(url + path(0), init)).text();
  const response = await fetch(url + path(0), init);
  const text = await response.text();
  const value: unknown = text === '' ? {} : JSON.parse(text);
  return `${response.status} ${fieldsOf(value)}`;
}

function fieldsOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const shown = Object.entries(value)
    .filter(([name]) => name !== 'version')
    .map(([name, part]) => (name === 'items' ? `items(${fieldsOf((part as unknown[])[0])})` : name));
  return shown.sort().join(' ');
}
