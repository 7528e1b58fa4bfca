function routesOf(app, path) {
    const { stack } = app.router;
    return stack.flatMap((layer) => (layer.route && matches(layer, path) ? [layer.route] : []));
}
/** A path that cannot be decoded matches no route. */
function matches(layer, path) {
    try {
        return layer.match(path);
    }
    catch {
        return false;
    }
}
/**
 * The files of attachments. Their signed URLs take the place of a token, and their uploads are streamed: no middleware reads the
 * body, and it may take up to an hour.
 */
export const filePath = /^\/ticket\/\d+\/attachment\/\d+\/file\/?$/i;
/** The routes that read their bodies themselves: files of attachments, and imports. */
export const streamedPath = new RegExp(`${filePath.source}|^/import/?$`, 'i');
/** Checks for GET, HEAD and OPTIONS: the methods that change nothing and have no body (RFC 9110, section 9.2.1). */
export function isSafeMethod({ method }) {
    return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
/** Returns the methods that a path allows, for 405 and Allow; none if no route has the path. */
export function allowedMethods(app, path) {
    const methods = routesOf(app, path).flatMap((route) => Object.keys(route.methods));
    if (methods.includes('get'))
        methods.push('head');
    return [...new Set(methods)].map((method) => method.toUpperCase()).sort();
}
/** Returns the pattern of a request's route, even if the request did not reach it; `none` if no route has the path. */
export function routeOf({ app, path, route }) {
    const reached = route;
    return (reached ?? routesOf(app, path)[0])?.path ?? 'none';
}
/** Probes of load balancers, which may ask with OPTIONS for the state of the service. */
const probe = /^\/health\//i;
/**
 * Responds to OPTIONS (RFC 9110, section 9.3.7) for every path of a route. The probes respond to it as they do to GET, but
 * for a preflight request of CORS.
 */
export function options() {
    return (request, response, next) => {
        const { app, method, path, headers } = request;
        const allowed = method === 'OPTIONS' ? allowedMethods(app, path) : [];
        if (allowed.length > 0)
            response.set('Allow', allowed.join(', '));
        if (allowed.length > 0 && probe.test(path) && !headers['access-control-request-method'])
            request.method = 'GET';
        if (allowed.length === 0 || request.method === 'GET')
            next();
        else
            response.status(204).end();
    };
}
//# sourceMappingURL=routes.js.map