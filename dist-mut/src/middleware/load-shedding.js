import { Overloaded } from '../api/problem.js';
import { isSafeMethod } from '../api/routes.js';
import { writeProblem } from '../api/write-problem.js';
/** Endpoints that need no database, or too little of it to be rejected. */
const exempt = /^\/(health|metrics|docs)/;
/** A read of one ticket may be cached. The CacheInterceptor rejects it if it finds no entry. */
const mayBeCached = /^\/ticket\/\d+\/?\??$/i;
/**
 * Rejects requests with 503 while MAX_IN_FLIGHT statements, transactions and items of batches of the process run on PostgreSQL or
 * wait for it, so that admitted requests stay fast.
 */
export function loadShedding(database) {
    return (request, response, next) => {
        const { url } = request;
        if (!database.isSaturated || (isSafeMethod(request) && (exempt.test(url) || mayBeCached.test(url))))
            next();
        else
            writeProblem(request, response, new Overloaded());
    };
}
//# sourceMappingURL=load-shedding.js.map