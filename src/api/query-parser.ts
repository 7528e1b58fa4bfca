/** The values of parameters, not validated yet: a text, or a list for a parameter that is repeated. */
type Parameters = Record<string, string | string[]>;

/**
 * Parses a query string. A list is a repeated parameter, or one whose name ends with `[]`, as
 * axios and PHP write it: `status=opened&status=answered`, `status[]=opened`.
 */
export function parseQuery(text = ''): Parameters {
  const parameters = Object.create(null) as Parameters;
  for (const [name, value] of new URLSearchParams(text)) {
    const isList = name.endsWith('[]');
    const key = isList ? name.slice(0, -2) : name;
    const before = parameters[key];
    if (Array.isArray(before)) before.push(value);
    else if (before !== undefined) parameters[key] = [before, value];
    else parameters[key] = isList ? [value] : value;
  }
  return parameters;
}
