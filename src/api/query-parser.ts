/** The parameters of a query, or the fields of a form: each is a value, a list of values, or a Map of them. */
type Parameters = Record<string, unknown>;

/** Parses a query; null stands for none. */
export function parseQuery(text: string | null): Parameters {
  return fromEntries(formEntries(text ?? ''));
}

/** Returns the names and values of a query or of a urlencoded form. */
export function formEntries(text: string): URLSearchParams {
  // The separator, because URLSearchParams would drop a question mark at the beginning.
  return new URLSearchParams(`&${text}`);
}

/**
 * Makes parameters of their entries: a repeated name and `name[]` are lists, and `name[key]` is an entry of a Map. A `name[]` that is null
 * is an empty list. What does not fit together is a list, which the rules of a map reject.
 */
export function fromEntries(entries: Iterable<[string, string | null]>): Parameters {
  const parameters = new Map<string, unknown>();
  for (const [name, value] of entries) {
    const [, field = name, key] = /^([^[]+)\[([^\]]*)\]$/.exec(name) ?? [];
    const known = parameters.get(field);
    if (key && (known === undefined || known instanceof Map)) {
      const map = (known ?? new Map()) as Map<string, unknown>;
      parameters.set(field, map.set(key, map.has(key) ? [value] : value));
    } else if (key === undefined && known === undefined) parameters.set(field, value);
    else {
      const list: unknown[] = Array.isArray(known) ? known : known === undefined ? [] : [known];
      if (key !== '' || value !== null) list.push(value);
      parameters.set(field, list);
    }
  }
  return Object.fromEntries(parameters);
}
