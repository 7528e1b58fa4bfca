import { Problem } from '../api/problem.js';
/** Challenge of RFC 6750, Bearer Token Usage. */
const challenge = 'Bearer realm="ticket-system"';
/** 401: the request has no token, or an invalid one. */
export class Unauthenticated extends Problem {
    /** @param reason why the token is invalid; undefined without a token */
    constructor(reason) {
        const error = reason === undefined ? '' : `, error="invalid_token", error_description="${reason}"`;
        const detail = reason ?? 'The request needs a token in the header Authorization: Bearer';
        super('unauthenticated', detail, {}, { 'WWW-Authenticate': challenge + error });
    }
}
/** 403: the token has the scope tickets:own, and no address that can be trusted. */
export class AddressRequired extends Problem {
    constructor() {
        super('forbidden', 'The scope tickets:own needs a token with a verified email address');
    }
}
/** 403: the token lacks the scope that the endpoint requires. */
export class Forbidden extends Problem {
    constructor(scope) {
        const detail = `The request needs a token with the scope ${scope}`;
        const error = `, error="insufficient_scope", scope="${scope}"`;
        super('forbidden', detail, { scope }, { 'WWW-Authenticate': challenge + error });
    }
}
//# sourceMappingURL=auth.errors.js.map