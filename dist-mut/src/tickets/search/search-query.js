import { beginningWith, exactly, isWrittenWithoutSpaces, split } from './words.js';
/** A quoted phrase, or text up to the next space or quotation mark; either may follow a minus. */
const parts = /(?<quotedSign>-?)"(?<quoted>[^"]*)"|(?<sign>-(?=[\p{L}\p{N}]))?(?<bare>[^\s"]+)/gu;
/** Parses `q`. Any text is valid; one without words has neither terms nor exclusions. */
export function parseSearch(q) {
    const search = { terms: [], exclusions: [] };
    let isAlternative = false;
    for (const { groups = {} } of q.normalize('NFC').matchAll(parts)) {
        const { quoted, bare = '', sign, quotedSign } = groups;
        const isOr = bare.toLowerCase() === 'or' && search.terms.length > 0;
        const term = isOr ? undefined : parseTerm(quoted ?? bare, quoted === undefined);
        if (term && (sign ?? quotedSign))
            search.exclusions.push(term);
        else if (term && isAlternative)
            search.terms.push(either(search.terms.pop(), term));
        else if (term)
            search.terms.push(term);
        if (term || isOr)
            isAlternative = isOr;
    }
    return { terms: distinct(search.terms), exclusions: distinct(search.exclusions) };
}
/**
 * Returns the term of a text without spaces, whose last word may go on, or of a quoted phrase, whose words are complete; undefined if it has
 * no words. The words stand one after the other, so a code, an address or a URL is a phrase too.
 */
function parseTerm(text, isOpen) {
    const all = split(text);
    const words = (all.at(-1)?.isTail ? all.slice(0, -1) : all).map((word) => word.text);
    const last = words.pop();
    if (last === undefined)
        return undefined;
    const [length, isOneOfPair] = [Array.from(last).length, isWrittenWithoutSpaces(last)];
    // One letter alone would begin a large part of all words.
    const isBeginning = isOneOfPair ? length === 1 : isOpen && (length > 1 || words.length > 0);
    const indexed = words.map((word) => `'${word}'`);
    // The index reads all words with a beginning. The check of the texts suffices for one that is probably common: `.com` of an address.
    const isRare = length > 2 && (/\d/.test(last) || words.every((word) => word.length <= length));
    if (isRare || words.length === 0 || !isBeginning)
        indexed.push(isBeginning ? beginningWith(last) : `'${last}'`);
    const end = isBeginning ? beginningWith(last) : exactly(last);
    return {
        query: words.length === 0 ? indexed.join('') : [...words.map(exactly), end].join(' <-> '),
        words: indexed.join(' & '),
        length: text.length,
    };
}
function either(first, second) {
    if (!first)
        return second;
    const join = (name) => `(${first[name]}) | (${second[name]})`;
    return { query: join('query'), words: join('words'), length: Math.min(first.length, second.length) };
}
/** Removes repeated terms, and puts the longest first. */
function distinct(terms) {
    return [...new Map(terms.map((term) => [term.query, term])).values()].toSorted((a, b) => b.length - a.length);
}
//# sourceMappingURL=search-query.js.map