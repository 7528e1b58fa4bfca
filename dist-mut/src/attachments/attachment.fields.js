import { Column } from 'typeorm';
import { Satisfies, textError } from '../api/field-rules.js';
import { declareField } from '../api/fields.js';
/** The limit of most file systems for a name. */
const maxNameBytes = 255;
/** The largest object that S3 stores and copies in one request. ATTACHMENTS_MAX_BYTES sets a lower limit. */
const maxSize = 5 * 1024 ** 3;
/**
 * Characters that no name has: separators of paths, controls, line separators, and controls of the writing direction, which can
 * show `exe.pdf` for `fdp.exe`.
 */
const forbidden = /[/\\\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
/** Checks for a name of a file that is no path; returns an error message or undefined. */
function nameError(value) {
    const error = textError(value, maxNameBytes);
    if (error !== undefined)
        return error;
    const name = value;
    if (Buffer.byteLength(name) > maxNameBytes)
        return `must have at most ${maxNameBytes} bytes in UTF-8`;
    if (name === '.' || name === '..')
        return 'must not be a folder';
    return forbidden.test(name)
        ? 'must not contain slashes, backslashes, control characters or controls of the writing direction'
        : undefined;
}
/** A name of a file: 1 to 255 bytes of UTF-8, stored byte for byte, and never used as a path. */
export function FileNameField() {
    return declareField({
        column: Column('text'),
        check: (column) => `octet_length(${column}) BETWEEN 1 AND ${maxNameBytes}`,
        rule: nameError,
        schema: { type: String, minLength: 1, format: 'file-name', example: 'invoice-2043.pdf' },
    });
}
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
const mediaType = `^${token}{1,60}/${token}{1,60}(; ?${token}{1,60}=${token}{1,60})?$`;
/** A media type (RFC 9110, section 8.3.1) with at most one parameter. */
export function MediaTypeField() {
    const message = 'must be a media type such as application/pdf, with at most one parameter';
    return declareField({
        column: Column('text'),
        check: (column) => `octet_length(${column}) BETWEEN 3 AND 255`,
        rule: (value) => textError(value, 255) ?? (new RegExp(mediaType).test(value) ? undefined : message),
        schema: { type: String, pattern: mediaType, example: 'application/pdf' },
    });
}
/** A size in bytes. */
export function SizeField() {
    return declareField({
        column: Column('bigint'),
        check: (column) => `${column} BETWEEN 0 AND ${maxSize}`,
        rule: (value) => {
            if (value === undefined)
                return 'is required';
            const isSize = Number.isSafeInteger(value) && value >= 0;
            if (!isSize)
                return 'must be a whole number of bytes, written without sign or leading zeros';
            return value > maxSize ? `must be at most ${maxSize}` : undefined;
        },
        coerce: (value) => (typeof value === 'string' && /^(0|[1-9]\d*)$/.test(value) ? Number(value) : value),
        schema: { type: 'integer', format: 'int64', minimum: 0, maximum: maxSize, example: 48_213 },
    });
}
/** A SHA-256 hash in hexadecimal, kept in lower case; null if the client does not give one. */
export function HashField() {
    return declareField({
        column: Column('text', { nullable: true }),
        check: (column) => `${column} ~ '^[0-9a-f]{64}$'`,
        rule: (value) => value === null || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value))
            ? undefined
            : 'must be a SHA-256 hash of 64 hexadecimal digits',
        coerce: (value) => (typeof value === 'string' ? value.toLowerCase() : value),
        schema: {
            ...{ type: String, nullable: true, pattern: '^[0-9A-Fa-f]{64}$' },
            example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        },
    });
}
/** A parameter of a signed URL. */
export const LinkParameter = (pattern) => Satisfies((value) => typeof value === 'string' && pattern.test(value) ? undefined : 'must be the one of a signed URL');
//# sourceMappingURL=attachment.fields.js.map