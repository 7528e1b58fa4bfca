import { describe, expect, it } from '@jest/globals';

import { readEnvironment } from '../config/read-environment.js';
import { findPostgres } from './postgres-server.js';

describe('findPostgres', () => {
  it('refuses the embedded PostgreSQL in production with one line', async () => {
    const environment = readEnvironment({ NODE_ENV: 'production' });
    const message = /^POSTGRES_HOST is missing: .*EMBEDDED_POSTGRES=true$/;
    await expect(findPostgres(environment)).rejects.toThrow(message);
  });
});
