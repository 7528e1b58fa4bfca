import type { Request, Response } from 'express';
import helmet, { type HelmetOptions } from 'helmet';

import { requestIdIn } from './request-id.js';

const shared: HelmetOptions = {
  // The hosts beside this one are for their own teams to speak for.
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
  // Of use to browsers that are no more, which do not know frameAncestors, or with files that nobody serves here.
  xFrameOptions: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
  xDnsPrefetchControl: false,
};

/** JSON is nothing to show, frame or run, whatever a browser takes it for. */
const ofApi = headersOf({
  ...shared,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
});

/** Swagger UI brings its scripts as files, its styles in the page, and its icons as data. */
const ofDocs = headersOf({
  ...shared,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      frameAncestors: ["'none'"],
    },
  },
});

/** What stands at the head of every answer, as names and values in turns: how browsers treat it, and its request's id. */
export function secureHeaders(response: Response): string[] {
  const id = requestIdIn(response);
  const headers = response.req.url.startsWith('/docs') ? ofDocs : ofApi;
  return id === undefined ? headers : [...headers, 'X-Request-Id', id];
}

/** What helmet would set on every answer: it is always the same, so it is asked once. */
function headersOf(options: HelmetOptions): string[] {
  const headers: string[] = [];
  const response = {
    setHeader: (name: string, value: string) => headers.push(name, value),
    removeHeader: () => undefined,
  };
  helmet(options)({} as Request, response as unknown as Response, () => undefined);
  return headers;
}
