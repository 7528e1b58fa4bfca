import type { Api } from './api.js';

/** The values of a scrape, by the name of the metric with its labels. */
export async function scrape(api: Api): Promise<Map<string, number>> {
  const { body } = await api.send<string>('GET', '/metrics');
  const samples = [...body.matchAll(/^([a-z_]+(?:\{[^}]*\})?) (\S+)$/gm)];
  return new Map(samples.map(([, name = '', value]) => [name, Number(value)]));
}
