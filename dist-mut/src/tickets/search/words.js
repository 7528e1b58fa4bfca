/** The most characters of a word that are stored and compared. */
const maxWordLength = 255;
/** The most positions that a tsvector has, and those of each of its words. */
const maxPositions = 16_000;
const maxPositionsOfWord = 255;
/** Separates a word from the number of its group. No word contains it. */
const groupSeparator = '\u0001';
const writtenWithoutSpaces = String.raw `(?=[\p{L}\p{N}\p{M}])[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}]`;
/** A run of Chinese, Japanese or Korean characters, or a word of another script. */
const runs = new RegExp(String.raw `(?<run>(?:${writtenWithoutSpaces})+)|(?:(?!${writtenWithoutSpaces})[\p{L}\p{N}\p{M}])+`, 'gu');
/**
 * Marks that words are compared without: accents, and the vowel points of Arabic and Hebrew. The vowel signs of Indian scripts are letters
 * to their readers, and so are the marks that tell か from が.
 */
const marks = /(?![\u3099\u309A])(?=\p{M})[\p{sc=Inherited}\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Cyrillic}]/gu;
/** Invisible characters inside words, such as the soft hyphen, and the Arabic tatweel. The zero-width space separates words. */
const ignored = /(?!\u200B)\p{Cf}|\u0640/gu;
/** Letters that Unicode does not decompose, and the second form of the Greek sigma. */
const plainLetters = {
    ...{ æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ħ: 'h', ł: 'l', þ: 'th', ŧ: 't', ς: 'σ' },
};
/** Checks for a word of Chinese, Japanese or Korean characters. */
export function isWrittenWithoutSpaces(word) {
    return new RegExp(`^${writtenWithoutSpaces}`, 'u').test(word);
}
/** Splits a text into its words, the same for what is stored and what is asked for, so that no setting of PostgreSQL matters. */
export function split(text) {
    const words = [];
    for (const { 0: match, groups } of fold(text).matchAll(runs)) {
        if (groups?.['run'] === undefined)
            words.push({ text: cut(match), isTail: false });
        else
            pushPairs(words, Array.from(match));
    }
    return words;
}
/** Removes the differences that a search ignores: case, accents, and the forms of a character. */
function fold(text) {
    if (/^[\0-\x7f]*$/.test(text))
        return text.toLowerCase();
    const lower = text.normalize('NFKC').replace(ignored, '').toUpperCase().toLowerCase();
    const plain = lower.normalize('NFD').replace(marks, '').normalize('NFC');
    return plain.replace(/[æœøđðħłþŧς]/g, (letter) => plainLetters[letter] ?? letter);
}
function pushPairs(words, characters) {
    characters.forEach((character, n) => {
        words.push({ text: character + (characters[n + 1] ?? ''), isTail: n > 0 && n === characters.length - 1 });
    });
}
function cut(word) {
    return word.length > maxWordLength ? Array.from(word).slice(0, maxWordLength).join('') : word;
}
/**
 * Returns the words of a text with their positions, as the literal of a tsvector.
 *
 * PostgreSQL keeps 255 positions of a word. Further ones belong to the word with the number of their group, which `exactly` finds too.
 */
export function toWords(text) {
    const counts = new Map();
    const parts = [];
    for (const [n, word] of split(text).slice(0, maxPositions).entries()) {
        const count = counts.get(word.text) ?? 0;
        counts.set(word.text, count + 1);
        const group = Math.floor(count / maxPositionsOfWord);
        parts.push(`'${word.text}${group > 0 ? groupSeparator + String(group) : ''}':${n + 1}`);
    }
    return parts.join(' ');
}
/** Returns the tsquery of a word of a phrase, at all of its positions. */
export function exactly(word) {
    return `('${word}' | '${word}${groupSeparator}':*)`;
}
/** Returns the tsquery of a word and of the words that begin with it. */
export function beginningWith(word) {
    return `'${word}':*`;
}
//# sourceMappingURL=words.js.map