import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { ConfigurationError } from '../config/read-environment.js';
import { errorMessage } from '../observability/error-message.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
const connectAttempts = 30;
const connectPauseMs = 1_000;
/**
 * Returns the server that the environment names, or the embedded one.
 * @param useEmbedded starts the embedded one, unless it may be shared with another process
 */
export async function findPostgres(environment, useEmbedded = startEmbeddedPostgres) {
    const { POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER, POSTGRES_PASSWORD = '', POSTGRES_DB } = environment;
    if (POSTGRES_HOST === undefined) {
        if (environment.NODE_ENV === 'production' && !environment.EMBEDDED_POSTGRES)
            throw new ConfigurationError('POSTGRES_HOST is missing: with NODE_ENV=production, set it or DATABASE_URL, or EMBEDDED_POSTGRES=true');
        const { host, port, user, password, stop } = await useEmbedded('.data/postgres');
        return { options: { host, port, username: user, password, database: 'postgres' }, stop };
    }
    const address = { host: POSTGRES_HOST, port: POSTGRES_PORT, database: POSTGRES_DB };
    const options = { ...address, username: POSTGRES_USER, password: POSTGRES_PASSWORD };
    return { options, stop: () => Promise.resolve() };
}
/**
 * Waits for a PostgreSQL that is still starting, because a deployment may start everything at once. Throws the last error
 * in one line: after 30 attempts (about 30 s), or at once if waiting cannot help, such as for a wrong password.
 */
export async function waitForPostgres({ options }) {
    const { host, port, username: user, password, database } = options;
    const connectionTimeoutMillis = connectPauseMs;
    for (let attempt = 1;; attempt++) {
        const client = new pg.Client({ host, port, user, password, database, connectionTimeoutMillis });
        client.on('error', () => undefined);
        try {
            await client.connect();
            await client.end();
            return;
        }
        catch (error) {
            const message = `PostgreSQL at ${host}:${port}: ${errorMessage(error)}`;
            // SQLSTATE class 28: wrong user or password; 3D: unknown database.
            const isRejected = error instanceof pg.DatabaseError && /^(28|3D)/.test(error.code ?? '');
            if (attempt === connectAttempts || isRejected)
                throw new Error(message, { cause: error });
            new Logger('Database').warn(`${message}; trying again`);
            await sleep(connectPauseMs);
        }
    }
}
//# sourceMappingURL=postgres-server.js.map