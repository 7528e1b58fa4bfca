import 'reflect-metadata';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadDotEnv, readEnvironment } from './config/read-environment.js';
import { endChildren } from './database/child-processes.js';
import { closeAfterResponses, drain, Readiness, watchConnections } from './middleware/graceful-shutdown.js';
import { errorMessage } from './observability/error-message.js';
import { createLog, NestLog } from './observability/log.js';
/** Time limit for closing the connections to PostgreSQL and Redis. */
const closeTimeoutMs = 3_000;
/** Time limit for writing the last log lines when nothing reads the log. */
const flushTimeoutMs = 1_000;
/** Ends the service in order. During the start, ends what was started so far. */
let shutDown = async () => {
    await endChildren();
    process.exit(0);
};
const termination = new AbortController();
onTermination(() => {
    termination.abort();
    return shutDown();
});
try {
    await start();
}
catch (error) {
    // A start that is interrupted fails too, because its PostgreSQL ends.
    if (!termination.signal.aborted) {
        console.error(errorMessage(error));
        await endChildren();
        process.exit(1);
    }
}
async function start() {
    loadDotEnv();
    const environment = readEnvironment(process.env);
    const log = createLog(environment);
    const stopTracing = await startTracing(environment);
    // Loaded after tracing has started, because the instrumentation patches modules while they load.
    const { createApp } = await import('./app.js');
    const { EventStreams } = await import('./events/event-streams.js');
    const logger = new NestLog(log);
    const app = await createApp(log, warningsOnly(logger));
    const server = app.getHttpServer();
    const connections = watchConnections(server);
    await app.listen(environment.PORT);
    app.useLogger(logger);
    shutDown = async () => {
        app.get(Readiness).isShuttingDown = true;
        closeAfterResponses(server);
        // Gives load balancers time to notice that this replica is not ready.
        await sleep(environment.SHUTDOWN_DELAY * 1000);
        app.get(EventStreams).end();
        await drain(server, connections);
        // Every request has its response, so an unresponsive server can be abandoned.
        const closed = app
            .close()
            .then(stopTracing)
            .catch((error) => {
            log.warn(error, 'Some connections could not be closed');
        });
        await Promise.race([closed, sleep(closeTimeoutMs)]);
        exitAfterFlush(log);
    };
    announce((await app.getUrl()).replace('[::1]', 'localhost'), environment, log);
}
/** Starts tracing if OTEL_EXPORTER_OTLP_ENDPOINT is set; returns a function that sends the remaining spans. */
async function startTracing(environment) {
    const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME } = environment;
    if (OTEL_EXPORTER_OTLP_ENDPOINT === undefined)
        return () => Promise.resolve();
    const { traceRequests } = await import('./observability/traces.js');
    return traceRequests(OTEL_SERVICE_NAME);
}
/** Logs only warnings, because a start that fails reports its error once, on standard error. */
function warningsOnly(logger) {
    return { log: () => undefined, error: () => undefined, warn: logger.warn.bind(logger) };
}
/** Runs a function at the first SIGTERM or SIGINT. A second signal ends the process at once, with its usual exit code. */
function onTermination(terminate) {
    let isSecond = false;
    const handle = (signal) => {
        if (isSecond)
            process.exit(128 + constants.signals[signal]);
        isSecond = true;
        void terminate();
    };
    process.on('SIGTERM', handle).on('SIGINT', handle);
}
/** Exits once the log is written. A pipe that nothing reads reports no end, so there is a time limit. */
function exitAfterFlush(log) {
    log.flush(() => process.exit(0));
    setTimeout(() => process.exit(0), flushTimeoutMs);
}
function announce(url, { AUTH_REQUIRED, JWT_JWKS_URL, JWT_HS256 }, log) {
    // Written at every LOG_LEVEL, because no other line contains the address.
    const always = log.child({}, { level: 'info' });
    always.info(`The ticket service listens on ${url}, its documentation is at /docs`);
    const signer = JWT_JWKS_URL === undefined || JWT_HS256 ? 'SECRET_KEY' : '';
    const signers = [JWT_JWKS_URL ?? '', signer].filter((each) => each !== '').join(' or ');
    if (AUTH_REQUIRED)
        always.info(`Authentication is on, by tokens of ${signers}: tickets:read and tickets:write apply to all tickets, tickets:own to those of the token's address.`);
    else
        log.warn('Authentication is off (AUTH_REQUIRED=false): anyone who can reach the service can read and write.');
}
//# sourceMappingURL=main.js.map