import type { Pool, PoolConfig } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

/** TypeORM's own pool. */
export function getPool(source: DataSource): Pool {
  return (source.driver as PostgresDriver).master as Pool;
}

/** What its connections are made with, for others like them: the pool hides its password from whoever lists its options. */
export function connectionOptions({ options }: Pool): PoolConfig {
  return { ...options, password: options.password };
}
