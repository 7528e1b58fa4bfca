import { Logger } from '@nestjs/common';
import { createClient, ErrorReply } from '@redis/client';
import { redisInsStore } from 'cache-manager-redis-yet';
import { errorMessage } from '../observability/error-message.js';
import { NotPrimary } from './ports.js';
/** Longest time that anything waits for a command, in parts of which a stall of this process takes one. */
const confirmMs = 50;
const parts = 5;
const askIntervalMs = 100;
/** Time without an answer after which the connection is replaced. */
const silentMs = 1_000;
/**
 * Rule 6, the connection to Redis. It is made in the background, because the service starts and works without Redis. Without an offline queue
 * a command goes on the connection that was checked, or fails. As an injection token it stands for undefined where REDIS_URL is unset.
 */
export class Redis {
    url;
    environment;
    /**
     * The server behind the connection, as the row of cache_state names it. Asked at each connect and every 100 ms; undefined after
     * a failure, until the next answer of a primary.
     */
    name;
    /** Store for cache-manager on the same connection. */
    store;
    client;
    logger = new Logger('Redis');
    hasFailed = false;
    asking;
    constructor(url, environment) {
        this.url = url;
        this.environment = environment;
        const { REDIS_USER: username, REDIS_PASSWORD: password } = environment;
        this.client = createClient({
            url,
            ...(username !== undefined && { username }),
            ...(password !== undefined && { password }),
            disableOfflineQueue: true,
            socket: { connectTimeout: 1_000, reconnectStrategy: (retries) => Math.min(10 * 2 ** retries, 100) },
        });
        this.client.on('error', this.onLost).on('ready', () => void this.ask());
        // The types of the store name a client with the modules of Redis Stack, which the store does not use.
        this.store = redisInsStore(this.client);
        this.connect();
        this.asking = setInterval(() => void this.ask(), askIntervalMs).unref();
    }
    /** Sends a command; rejects unless its answer comes within 50 ms. Then nothing else is sent before the server answers again. */
    async send(command) {
        try {
            return await confirm(this.client.sendCommand(command));
        }
        catch (error) {
            if (!(error instanceof ErrorReply))
                this.name = undefined;
            if (/^(READONLY|LOADING|MASTERDOWN)/.test(errorMessage(error)))
                throw new NotPrimary(errorMessage(error));
            throw error;
        }
    }
    onApplicationShutdown() {
        clearInterval(this.asking);
        if (this.client.isOpen)
            void this.client.disconnect();
    }
    /** Logs the first failure only, because the client reports each attempt to connect. */
    onLost = (error) => {
        this.name = undefined;
        if (!this.hasFailed)
            this.logger.warn(errorMessage(error));
        this.hasFailed = true;
    };
    connect = () => void this.client.connect().catch(this.onLost);
    /** Asks who the server is. A connection that stays silent is replaced. */
    async ask() {
        if (!this.client.isReady)
            return;
        const answer = this.client.sendCommand(['INFO', 'replication']);
        try {
            const info = await confirm(answer);
            const [, id = ''] = /^role:master[^]*^master_replid:(\w+)/m.exec(info) ?? [];
            const name = `${id}/${new URL(this.url).pathname.slice(1) || 0}/${this.environment.REDIS_KEY_PREFIX}/2`;
            this.name = id ? name : undefined;
            this.hasFailed = false;
        }
        catch {
            this.name = undefined;
            await confirm(answer, silentMs).catch(() => {
                if (this.client.isReady)
                    void this.client.disconnect().then(this.connect);
            });
        }
    }
}
/**
 * Rejects if a call takes longer. After the last part the socket is read once more before the failure is declared: the event loop runs timers,
 * then reads sockets, then runs what setImmediate was given.
 */
function confirm(call, ms = confirmMs) {
    return new Promise((resolve, reject) => {
        let left = parts;
        const wait = () => {
            if (left-- > 0)
                timer = setTimeout(wait, ms / parts);
            else
                setImmediate(reject, new Error(`Redis did not answer within ${ms} ms`));
        };
        let timer;
        wait();
        const stop = () => {
            clearTimeout(timer);
        };
        call.then(stop, stop);
        call.then(resolve, reject);
    });
}
//# sourceMappingURL=redis.js.map