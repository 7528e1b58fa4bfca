import { destination, pino } from 'pino';
import pretty from 'pino-pretty';
/** Opens the log on standard output: one JSON object per line, or readable lines on a terminal. */
export function createLog({ LOG_LEVEL }) {
    const options = {
        level: LOG_LEVEL,
        base: null,
        timestamp: timeField(),
        formatters: { level: (level) => ({ level }) },
    };
    if (process.stdout.isTTY)
        return pino(options, pretty({ sync: true, ignore: 'request_id,trace_id,parent_id' }));
    // Lines are written in batches of 8 KiB or 100 ms, because a write costs more than a line. Lines beyond the 8 MiB that
    // wait for a slow reader are dropped.
    const batch = { minLength: 8 * 1024, periodicFlush: 100, maxLength: 8 * 1024 * 1024 };
    const output = destination({ dest: 1, sync: false, ...batch });
    // After an error such as a full disk, flushing synchronously at exit could block forever. Writes are still retried.
    output.on('error', () => (output.flushSync = () => undefined));
    return pino(options, output);
}
/** Formats the time in ISO 8601, once for all lines of a millisecond. */
function timeField() {
    let lastMs = 0;
    let field = '';
    return () => {
        const now = Date.now();
        if (now !== lastMs)
            field = `,"time":"${new Date(now).toISOString()}"`;
        lastMs = now;
        return field;
    };
}
/** Adapter that writes the lines of Nest's Logger to the log. */
export class NestLog {
    target;
    constructor(target) {
        this.target = target;
    }
    /** Writes a line at level info. */
    log(message, context) {
        this.target.info(...toLine(message, context));
    }
    /** Writes a line at level warn. */
    warn(message, context) {
        this.target.warn(...toLine(message, context));
    }
    /** Writes a line at level error. */
    error(message, stack, context) {
        this.target.error(...toLine(message, context, stack));
    }
}
function toLine(message, context, stack) {
    // Pino leaves out fields that are undefined.
    const fields = { context, stack };
    if (message instanceof Error)
        return [{ ...fields, stack: message.stack }, message.message];
    if (typeof message === 'object' && message !== null)
        return [{ ...fields, ...message }];
    return [fields, String(message)];
}
//# sourceMappingURL=log.js.map