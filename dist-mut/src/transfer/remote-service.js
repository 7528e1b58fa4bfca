import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { errorMessage } from '../observability/error-message.js';
/** The attempts in a row that may fail without progress, and the longest pause between them: two minutes in all. */
const maxAttempts = 60;
const maxPauseMs = 2_000;
/** The service rejected the request, and would do so again. */
class Rejected extends Error {
}
/** A service that a command calls: a local one, or the one that the options or the environment name. */
export class RemoteService {
    url;
    token;
    constructor(url, token) {
        this.url = url;
        this.token = token;
    }
    /** Reads the options of a command; throws its usage if they are wrong. */
    static fromOptions(command) {
        const usage = `npm run --silent ${command} -- <file.ndjson> [--url http://localhost:8000] [--token <token>]`;
        const { TICKET_SYSTEM_URL = 'http://localhost:8000', TICKET_SYSTEM_TOKEN } = process.env;
        const options = {
            url: { type: 'string', default: TICKET_SYSTEM_URL },
            token: { type: 'string' },
        };
        const { values, positionals } = parseArgs({ options, allowPositionals: true });
        const [file] = positionals;
        if (file === undefined || positionals.length > 1 || !/^https?:\/\//.test(values.url))
            throw new Error(usage);
        const service = new RemoteService(values.url.replace(/\/$/, ''), values.token ?? TICKET_SYSTEM_TOKEN);
        return { service, file };
    }
    /** Begins a request. */
    request(method, path, headers = {}) {
        const authorization = this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
        const send = this.url.startsWith('https:') ? requestHttps : requestHttp;
        return send(this.url + path, { method, headers: { ...headers, ...authorization } });
    }
}
/** Returns the response of a request; throws the problem that the service answered instead. */
export async function responseOf(request) {
    const response = await new Promise((resolve, reject) => {
        request.once('response', resolve).on('error', reject);
    });
    const { statusCode: status = 0 } = response;
    if (status === 200)
        return response;
    const detail = `The service answered ${status}: ${await text(response)}`;
    throw status === 429 || status >= 500 ? new Error(detail) : new Rejected(detail);
}
/**
 * Runs an attempt until it succeeds. Throws the error of an attempt that the service rejected, or that failed after others without
 * progress between them.
 * @param progress returns a number that grows with the progress
 */
export async function repeat(attempt, progress) {
    for (let failures = 0, last = progress();;) {
        try {
            await attempt();
            return;
        }
        catch (error) {
            failures = progress() > last ? 1 : failures + 1;
            last = progress();
            if (error instanceof Rejected || failures === maxAttempts)
                throw error;
            console.error(`${errorMessage(error)}; trying again`);
            await sleep(Math.min(250 * 2 ** failures, maxPauseMs));
        }
    }
}
/** Creates a progress bar on standard error. It is shown on terminals only. */
export function createBar(format) {
    const stream = process.stderr;
    return new cliProgress.SingleBar({ format, stream, hideCursor: true, etaBuffer: 100 });
}
/** Runs a command; a failure is one line on standard error. */
export async function runCommand(command) {
    try {
        await command();
    }
    catch (error) {
        console.error(errorMessage(error));
        process.exit(1);
    }
}
//# sourceMappingURL=remote-service.js.map