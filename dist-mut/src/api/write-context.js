import { createParamDecorator } from '@nestjs/common';
import { readerOf } from './audience.js';
import { parseIfMatch } from './etags.js';
import { InvalidRequest } from './problem.js';
/** Injects the `WriteContext` of a request. */
export const WriteContext = createParamDecorator((_, context) => {
    const http = context.switchToHttp();
    const { headers } = http.getRequest();
    return {
        actor: http.getResponse().locals.principal?.subject,
        reader: readerOf(http.getResponse()),
        versions: parseIfMatch(headers['if-match']),
        idempotencyKey: parseIdempotencyKey(headers['idempotency-key']),
    };
});
/**
 * Parses the Idempotency-Key: 1 to 255 visible ASCII characters.
 * @see The Idempotency-Key HTTP Header Field, draft-ietf-httpapi-idempotency-key-header
 */
function parseIdempotencyKey(header) {
    if (header === undefined || (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)))
        return header;
    const message = 'must be 1 to 255 visible ASCII characters';
    throw new InvalidRequest([{ field: 'Idempotency-Key', message }]);
}
//# sourceMappingURL=write-context.js.map