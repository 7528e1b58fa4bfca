import { Problem } from '../api/problem.js';
import type { Scope } from './principal.js';

/** Which tokens are asked for, as RFC 6750 (Bearer Token Usage) has the service say it. */
const realm = 'Bearer realm="ticket-system"';

/** 401: it is not known who calls. */
export class Unauthenticated extends Problem {
  /** @param reason what is wrong with the token; undefined where there is none */
  constructor(reason: string | undefined) {
    const challenge =
      reason === undefined ? realm : `${realm}, error="invalid_token", error_description="${reason}"`;
    super(
      'unauthenticated',
      reason ?? 'The call needs a token: Authorization: Bearer',
      {},
      {
        'WWW-Authenticate': challenge,
      },
    );
  }
}

/** 403: it is known who calls, and their token does not let them. */
export class Forbidden extends Problem {
  constructor(needed: Scope) {
    super(
      'forbidden',
      `The call needs a token with the scope ${needed}`,
      { scope: needed },
      {
        'WWW-Authenticate': `${realm}, error="insufficient_scope", scope="${needed}"`,
      },
    );
  }
}
