import { IsOptional, IsString, IsUrl, Matches } from 'class-validator';

import { AreHosts, IsFlag, IsWholeNumber, RequiredWith } from './environment.validators.js';
import { ServiceVariables } from './service.variables.js';

/** The variables of PostgreSQL and Redis. */
export class StoreVariables extends ServiceVariables {
  /** Starts an embedded PostgreSQL, with its data under .data/, even if NODE_ENV is production. */
  @IsFlag()
  EMBEDDED_POSTGRES = false;

  /**
   * PostgreSQL in one variable, such as postgres://ticket:password@db:5432/ticket, instead of POSTGRES_HOST, POSTGRES_PORT,
   * POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB. Characters other than letters, digits and -._~ are percent-encoded.
   */
  @IsOptional()
  @IsString()
  DATABASE_URL?: string;

  /** Host of PostgreSQL; the tests run on version 18. Unset: an embedded PostgreSQL with its data under .data/. */
  @IsOptional()
  @IsString()
  POSTGRES_HOST?: string;

  /** Port of PostgreSQL. */
  @IsWholeNumber(1, 65_535)
  POSTGRES_PORT = 5432;

  /**
   * Streaming replicas that lists, histories, comments and the feed are read from while they lag at most one second, as
   * host or host:port separated by commas. Unset: all reads use the primary.
   */
  @IsOptional()
  @AreHosts()
  POSTGRES_REPLICA_HOSTS?: string[];

  /**
   * Uses named prepared statements. Set false behind a pooler in transaction mode that does not
   * support named statements, such as pgbouncer before 1.21 (Debian 12 has 1.18).
   */
  @IsFlag()
  POSTGRES_NAMED_STATEMENTS = true;

  /** Role of the service in PostgreSQL. The migrations need its right to create objects in the schema public. */
  @IsString()
  POSTGRES_USER = 'ticket';

  /** Password of POSTGRES_USER. Required if POSTGRES_HOST is set. */
  @RequiredWith('POSTGRES_HOST')
  @IsString({ message: 'is missing: it is required if POSTGRES_HOST or DATABASE_URL is set' })
  POSTGRES_PASSWORD?: string;

  /** Name of the database. */
  @IsString()
  POSTGRES_DB = 'ticket';

  /**
   * URL of Redis: redis://host:6379, or rediss:// for TLS; a database number may follow, such as /1. Required if
   * POSTGRES_HOST or DATABASE_URL is set. Unset: a cache in the process, for a single replica.
   */
  @RequiredWith('POSTGRES_HOST')
  @IsUrl(
    { protocols: ['redis', 'rediss'], require_protocol: true, require_tld: false },
    { message: 'must be a URL such as redis://localhost:6379' },
  )
  @IsString({ message: 'is missing: it is required if POSTGRES_HOST or DATABASE_URL is set' })
  REDIS_URL?: string;

  /** Prefix of all keys in Redis, for a Redis that other services use too. */
  @Matches(/^[\w.:-]*$/, { message: 'must consist of letters, digits and any of .:_-' })
  REDIS_KEY_PREFIX = '';

  /** User of Redis. Unset: the default user. */
  @IsOptional()
  @IsString()
  REDIS_USER?: string;

  /** Password of Redis. Unset: no password. */
  @IsOptional()
  @IsString()
  REDIS_PASSWORD?: string;

  /** Seconds after which a cached ticket expires, 1 to 86400. */
  @IsWholeNumber(1, 86_400)
  REDIS_EXPIRE_TIME = 300;
}
