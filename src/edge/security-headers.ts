import type { Request, RequestHandler, Response } from 'express';
import helmet, { type HelmetOptions } from 'helmet';

/** A header, and its value. */
type Header = readonly [string, string];

const shared: HelmetOptions = {
  // The hosts beside this one are for their own teams to speak for.
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
  // Of use to browsers that are no more, or with files that nobody serves here.
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

/** Has browsers treat answers as what they are. */
export function secureHeaders(): RequestHandler {
  return (request, response, next) => {
    for (const [name, value] of request.path.startsWith('/docs') ? ofDocs : ofApi)
      response.setHeader(name, value);
    next();
  };
}

/** What helmet would set on every answer: it is always the same, so it is asked once. */
function headersOf(options: HelmetOptions): Header[] {
  const headers: Header[] = [];
  const response = {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader: () => undefined,
  };
  helmet(options)({} as Request, response as unknown as Response, () => undefined);
  return headers;
}
