import type { RequestHandler } from 'express';

import type { AuthorizationService } from '../auth/authorization.service.js';

/** Identifies the caller. */
export function authenticate(authorization: AuthorizationService): RequestHandler {
  return authorization.identify();
}
