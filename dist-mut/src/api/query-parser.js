/** Parses a query. */
export function parseQuery(text = '') {
    return fromEntries(new URLSearchParams(text));
}
/**
 * Makes parameters of their entries: a repeated name and `name[]` are lists, and `name[key]` is an entry of a Map. A `name[]` that is null
 * is an empty list. What does not fit together is a list, which the rules of a map reject.
 */
export function fromEntries(entries) {
    const parameters = new Map();
    for (const [name, value] of entries) {
        const [, field = name, key] = /^([^[]+)\[([^\]]*)\]$/.exec(name) ?? [];
        const known = parameters.get(field);
        if (key && (known === undefined || known instanceof Map)) {
            const map = (known ?? new Map());
            parameters.set(field, map.set(key, map.has(key) ? [value] : value));
        }
        else if (key === undefined && known === undefined)
            parameters.set(field, value);
        else {
            const list = Array.isArray(known) ? known : known === undefined ? [] : [known];
            if (key !== '' || value !== null)
                list.push(value);
            parameters.set(field, list);
        }
    }
    return Object.fromEntries(parameters);
}
//# sourceMappingURL=query-parser.js.map