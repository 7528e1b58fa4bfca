import { isUtf8 } from 'node:buffer';
const newline = 0x0a;
const byteOrderMark = '\ufeff';
/**
 * Splits a stream of bytes into lines. Yields together the lines that end in one chunk. Of a line that is too long nothing is kept.
 * @param maxBytes the size of the longest line
 */
export async function* readLines(chunks, maxBytes) {
    let parts = [];
    let bytes = 0;
    let number = 0;
    const add = (part) => {
        bytes += part.length;
        if (bytes > maxBytes)
            parts = [];
        else
            parts.push(part);
    };
    const end = () => {
        const line = bytes > maxBytes ? tooLong(++number, maxBytes) : toLine(++number, Buffer.concat(parts));
        parts = [];
        bytes = 0;
        return line;
    };
    for await (const chunk of chunks) {
        const lines = [];
        let start = 0;
        for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, start)) {
            add(chunk.subarray(start, at));
            lines.push(end());
            start = at + 1;
        }
        if (start < chunk.length)
            add(chunk.subarray(start));
        if (lines.length > 0)
            yield lines;
    }
    if (bytes > 0)
        yield [end()];
}
function tooLong(number, maxBytes) {
    return { number, text: undefined, error: `has more than ${maxBytes} bytes` };
}
function toLine(number, bytes) {
    if (!isUtf8(bytes))
        return { number, text: undefined, error: 'is not UTF-8' };
    const text = bytes.toString();
    return { number, text: number === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text };
}
//# sourceMappingURL=read-lines.js.map