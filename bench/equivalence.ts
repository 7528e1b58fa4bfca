import type { Scenario } from './scenarios.js';
import type { Target } from './targets.js';

/**
 * Checks that all targets respond with the same status and the same fields. Another build of the service may have other
 * fields, which are only reported.
 * @throws Error that names the first target that differs
 */
export async function checkEquivalence(scenario: Scenario, targets: Target[]): Promise<void> {
  // A 304 has no body to compare, and each run counts other statuses as errors.
  if (scenario.isConditional) return;
  const shapes = await Promise.all(targets.map(({ url }) => responseShape(scenario, url)));
  const [first] = shapes;
  targets.forEach(({ name }, n) => {
    const shape = shapes[n];
    if (shape?.status === first?.status && shape?.fields === first?.fields) return;
    const difference = `${scenario.name}: ${name} responds ${shape?.status} with ${shape?.fields}, not ${first?.status} with ${first?.fields}`;
    if (name !== 'other' || shape?.status !== first?.status) throw new Error(difference);
    console.log(difference);
  });
}

async function responseShape({ method, path, headers = {}, body }: Scenario, url: string) {
  const init = { method, headers, ...(body !== undefined && { body }) };
  // A first read fills the cache, so that the second one can be a hit.
  if (method === 'GET') await (await fetch(url + path(0), init)).text();
  const response = await fetch(url + path(0), init);
  const text = await response.text();
  const value: unknown = text === '' ? {} : JSON.parse(text);
  return { status: response.status, fields: fieldsOf(value) };
}

/** Lists the fields of an object without `version`, which only the tutorial shows. */
function fieldsOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .filter(([name]) => name !== 'version')
    .map(([name, field]) => (name === 'items' ? `items(${fieldsOf((field as unknown[])[0])})` : name))
    .sort()
    .join(' ');
}
