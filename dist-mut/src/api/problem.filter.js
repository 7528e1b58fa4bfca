var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Catch, HttpException, Logger, NotFoundException } from '@nestjs/common';
import { DatabaseError } from 'pg';
import { DatabaseUnavailable } from '../database/database-errors.js';
import { allowedMethods } from './routes.js';
import { Problem, problemKinds } from './problem.js';
import { writeProblem } from './write-problem.js';
/** Writes every error as application/problem+json (RFC 9457), without internals of the service. */
let ProblemFilter = class ProblemFilter {
    logger = new Logger('Problem');
    catch(error, host) {
        const request = host.switchToHttp().getRequest();
        const response = host.switchToHttp().getResponse();
        const problem = toProblem(error, request);
        // A Problem is expected, such as a rejection under overload. Anything else with status 5xx is an error of the service.
        if (!(error instanceof Problem) && problemKinds[problem.kind].status >= 500) {
            const { requestId } = response.locals;
            this.logger.error({ msg: problem.message, request_id: requestId, ...logFields(error) });
        }
        if (response.headersSent)
            response.destroy();
        else
            writeProblem(request, response, problem);
    }
};
ProblemFilter = __decorate([
    Catch()
], ProblemFilter);
export { ProblemFilter };
function toProblem(error, request) {
    if (error instanceof Problem)
        return error;
    if (error instanceof NotFoundException)
        return noRoute(request);
    if (error instanceof DatabaseUnavailable)
        return new Problem('unavailable', 'The database does not respond');
    const status = statusOf(error);
    const kind = kindByStatus.get(status) ?? (status < 500 ? 'invalid-request' : 'internal-error');
    const detail = status < 500 && error instanceof Error ? error.message : problemKinds[kind].title;
    return new Problem(kind, detail);
}
/** Returns 404 if no route has the path, and 405 if none of its routes has the method. */
function noRoute({ method, path, app }) {
    const methods = allowedMethods(app, path);
    if (methods.length === 0)
        return new Problem('not-found', `There is no endpoint at ${path}`);
    const allowed = methods.join(', ');
    const detail = `${path} allows ${allowed}, not ${method}`;
    return new Problem('method-not-allowed', detail, {}, { Allow: allowed });
}
/** Returns the log fields of an error. Messages of PostgreSQL may quote client data, so only their code is logged. */
function logFields(error) {
    const cause = error instanceof DatabaseUnavailable ? error.cause : error;
    if (cause instanceof DatabaseError)
        return { sqlstate: cause.code };
    return { stack: cause instanceof Error ? cause.stack : String(cause) };
}
/** The kinds for errors of Nest and Express, which have a status and no kind. */
const kindByStatus = new Map([
    [404, 'not-found'],
    [405, 'method-not-allowed'],
    [413, 'body-too-large'],
    [415, 'unsupported-media-type'],
    [429, 'too-many-requests'],
    [503, 'unavailable'],
]);
function statusOf(error) {
    if (error instanceof HttpException)
        return error.getStatus();
    const status = error instanceof Error && 'status' in error ? error.status : undefined;
    return typeof status === 'number' ? status : 500;
}
//# sourceMappingURL=problem.filter.js.map