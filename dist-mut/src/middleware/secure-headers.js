import helmet from 'helmet';
import { filePath } from '../api/routes.js';
const common = {
    // The hosts beside this one belong to other teams.
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
    // These serve browsers that no longer exist and do not know frameAncestors, or files that this service does not have.
    xFrameOptions: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    xDnsPrefetchControl: false,
};
/** JSON must not be shown, framed or run by a browser. */
const apiHeaders = headersOf({
    ...common,
    contentSecurityPolicy: policy({ defaultSrc: ["'none'"] }),
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
});
/** A file of a client must not run even if a browser shows it. */
const fileHeaders = headersOf({
    ...common,
    contentSecurityPolicy: policy({ defaultSrc: ["'none'"], sandbox: [] }),
});
/** Swagger UI loads its scripts as files, and has inline styles and icons in data: URLs. */
const docsHeaders = headersOf({
    ...common,
    contentSecurityPolicy: policy({
        ...{ defaultSrc: ["'self'"], styleSrc: ["'self'", "'unsafe-inline'"], imgSrc: ["'self'", 'data:'] },
    }),
});
function policy(sources) {
    return { useDefaults: false, directives: { ...sources, frameAncestors: ["'none'"] } };
}
/**
 * Sets the security headers of helmet, and those for caches: a response of the API may be kept by its client alone, which asks
 * each time whether it is current. They are computed once because they are the same for all requests.
 * @param vary the request headers that decide about responses
 */
export function secureHeaders(vary) {
    const headers = [...apiHeaders, 'Cache-Control', 'private, no-cache', 'Vary', vary.join(', ')];
    return (request, response, next) => {
        // Not request.path, because the target may be unreadable.
        const [path = ''] = request.url.split('?', 1);
        const isFile = filePath.test(path);
        const isDocs = path.startsWith('/docs');
        response.locals.baseHeaders = isFile ? fileHeaders : isDocs ? docsHeaders : headers;
        next();
    };
}
function headersOf(options) {
    const headers = [];
    const response = {
        setHeader: (name, value) => headers.push(name, value),
        removeHeader: () => undefined,
    };
    helmet(options)({}, response, () => undefined);
    return headers;
}
//# sourceMappingURL=secure-headers.js.map