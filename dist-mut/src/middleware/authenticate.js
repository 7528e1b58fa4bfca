import { filePath, isSafeMethod } from '../api/routes.js';
import { requirePrincipal } from '../auth/authorization.service.js';
import { IssuerUnavailable } from '../auth/issuer-keys.js';
import { InvalidToken } from '../auth/token.service.js';
const metricsPath = /^\/metrics\/?$/i;
/**
 * Sets `response.locals.principal` from the header Authorization (RFC 6750, Bearer Token Usage). An invalid token makes
 * the caller anonymous, because some endpoints are public; but a write without a valid token is rejected here, before its
 * body is read.
 */
export function authenticate(tokens, { AUTH_REQUIRED }) {
    return (request, response, next) => {
        // With METRICS_AUTH_REQUIRED alone, only /metrics needs a token.
        if (!AUTH_REQUIRED && !metricsPath.test(request.path)) {
            next();
            return;
        }
        const proceed = (principal) => {
            response.locals.principal = principal;
            const isFile = filePath.test(request.path);
            if (AUTH_REQUIRED && !isSafeMethod(request) && !isFile)
                requirePrincipal(response);
            next();
        };
        const token = bearerToken(request.headers.authorization);
        const known = token === undefined ? {} : tokens.findVerified(token);
        if (known)
            proceed(known);
        else
            tokens
                .verify(token ?? '')
                .catch(toAnonymous)
                .then(proceed)
                .catch(next);
    };
}
function toAnonymous(error) {
    if (error instanceof InvalidToken)
        return { reason: error.message };
    if (error instanceof IssuerUnavailable)
        return { isUnverified: true };
    throw error;
}
/** Returns the token of the header: empty for a header of another form, undefined without a header. */
function bearerToken(header) {
    return header === undefined ? undefined : (/^Bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1] ?? '');
}
//# sourceMappingURL=authenticate.js.map