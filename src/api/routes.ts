import type { Application, NextFunction, Request, Response } from 'express';

/** What Express knows of a route; its types do not tell. */
interface Layer {
  match(path: string): boolean;
  route?: { path: string; methods: Record<string, boolean> };
}

function routesOf(app: Application, path: string) {
  const { stack } = (app as unknown as { router: { stack: Layer[] } }).router;
  return stack.flatMap((layer) => (layer.route && matches(layer, path) ? [layer.route] : []));
}

/** A path that cannot be decoded is of no route. */
function matches(layer: Layer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}

/** The methods that a path takes, none where there is no such path: what 405 and Allow are made of. */
export function allowedMethods(app: Application, path: string): string[] {
  const methods = routesOf(app, path).flatMap((route) => Object.keys(route.methods));
  if (methods.includes('get')) methods.push('head');
  return [...new Set(methods)].map((method) => method.toUpperCase()).sort();
}

/** Notes the pattern of the route that a request was for, where it is answered before it gets there. */
export function setRoute(response: Response, pattern: string): void {
  response.locals['route'] = pattern;
}

/** The pattern of the route that a request was for, also if it did not get there; none where there is no such path. */
export function routeOf({ app, path, route }: Request, { locals }: Response): string {
  const noted = locals['route'] as string | undefined;
  if (noted !== undefined) return noted;
  const reached = route as { path: string } | undefined;
  return (reached ?? routesOf(app, path)[0])?.path ?? 'none';
}

/** Answers OPTIONS (RFC 9110, section 9.3.7) for every path that there is. */
export function answerOptions({ app, path }: Request, response: Response, next: NextFunction): void {
  const allowed = allowedMethods(app, path);
  if (allowed.length === 0) next();
  else response.set('Allow', allowed.join(', ')).status(204).end();
}
