import { IsIn, IsOptional, IsString, IsUrl, Matches } from 'class-validator';

import {
  AreHosts,
  IsCommaSeparated,
  IsKey,
  IsSwitch,
  IsWholeNumber,
  NeededOnServers,
  NeededToSign,
} from './environment.validators.js';

/** How much is written to the log: each level writes what those before it do, and more. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;

/**
 * The environment of the process, checked once at start. Every variable is explained in .env.example.
 * Of the rules of a variable the lowest is checked first, and the first that is broken is the one that is reported.
 */
export class Environment {
  /** The port the service listens on; 0 takes any free one, and the log says which. */
  @IsWholeNumber(0, 65_535)
  PORT = 8000;

  /** Signs tokens, and what the service hands out and must recognise again. At least 32 characters. */
  @NeededToSign()
  @IsKey()
  SECRET_KEY?: string;

  /** The key before, for as long as what it has signed is still in use. */
  @IsOptional()
  @IsKey()
  SECRET_KEY_PREVIOUS?: string;

  /** Whether every call needs a token, but for the probes, the documentation and /metrics. */
  @IsSwitch()
  AUTH_REQUIRED = false;

  /** Whether /metrics needs one, with a scope of its own. */
  @IsSwitch()
  METRICS_AUTH_REQUIRED = false;

  /** Who must have issued a token; unset: anybody who has the key. */
  @IsOptional()
  @IsString()
  JWT_ISSUER?: string;

  /** Whom a token must be meant for; unset: anybody. */
  @IsOptional()
  @IsString()
  JWT_AUDIENCE?: string;

  /** Which web pages of other origins may call the service from a browser; unset: none. */
  @IsOptional()
  @IsCommaSeparated(
    /^https?:\/\/[^/\s]+$/,
    'must be origins such as https://desk.example.com, with commas between',
  )
  CORS_ORIGINS?: string[];

  /** The proxies whose X-Forwarded-For is believed: how many there are, or their addresses; unset: none. */
  @IsOptional()
  @IsCommaSeparated(
    /^(\d{1,2}|loopback|linklocal|uniquelocal|[\da-f.:]+(\/\d{1,3})?)$/i,
    'must be a number of proxies, or their addresses and subnets with commas between',
  )
  TRUST_PROXY?: string[];

  /** How many calls a client may make in how many seconds, as n/seconds; unset: any. */
  @IsOptional()
  @Matches(/^[1-9]\d{0,6}\/[1-9]\d{0,4}$/, { message: 'must be calls/seconds, such as 100/60' })
  RATE_LIMIT?: string;

  /** How many calls that need the database a process works on at once; more are told to come again. */
  @IsWholeNumber(1, 10_000)
  MAX_IN_FLIGHT = 64;

  /** How long the service goes on when it is told to end, not being ready any more, in seconds. */
  @IsWholeNumber(0, 300)
  SHUTDOWN_DELAY = 0;

  /** How much is written to the log. */
  @IsIn(logLevels, { message: `must be one of ${logLevels.join(', ')}` })
  LOG_LEVEL: (typeof logLevels)[number] = 'info';

  /** Where OpenTelemetry traces are sent, as OTLP over HTTP; unset: nothing is traced. */
  @IsOptional()
  @IsUrl(
    { require_tld: false, require_protocol: true, protocols: ['http', 'https'] },
    { message: 'must be a URL such as http://localhost:4318' },
  )
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  /** What the service is called in the traces. */
  @IsString()
  OTEL_SERVICE_NAME = 'ticket-system';

  /** The host of PostgreSQL. Unset: an embedded PostgreSQL under .data/ is started. */
  @IsOptional()
  @IsString()
  POSTGRES_HOST?: string;

  /** The port of PostgreSQL. */
  @IsWholeNumber(1, 65_535)
  POSTGRES_PORT = 5432;

  /** Streaming replicas of it that lists, comments, histories and the feed may be read from, as hosts or host:port; unset: none. */
  @IsOptional()
  @AreHosts()
  POSTGRES_REPLICA_HOSTS?: string[];

  /** Whether statements have names and share connections; not behind a pooler that cannot bear it. */
  @IsSwitch()
  POSTGRES_NAMED_STATEMENTS = true;

  /** The role the service logs in as; it must be allowed to create in the database's public schema, for the migrations. */
  @IsString()
  POSTGRES_USER = 'ticket';

  /** The password of that role. */
  @NeededOnServers()
  @IsString({ message: 'is missing: it is needed where POSTGRES_HOST is set' })
  POSTGRES_PASSWORD?: string;

  /** The name of the database. */
  @IsString()
  POSTGRES_DB = 'ticket';

  /** Where Redis is, as redis:// or rediss://. Unset: an in-process cache, for one process alone. */
  @NeededOnServers()
  @IsUrl(
    { protocols: ['redis', 'rediss'], require_protocol: true, require_tld: false },
    { message: 'must be a URL such as redis://localhost:6379' },
  )
  @IsString({ message: 'is missing: it is needed where POSTGRES_HOST is set' })
  REDIS_URL?: string;

  /** What all keys in Redis begin with, where other services keep theirs there too. */
  @Matches(/^[\w.:-]*$/, { message: 'must be letters, digits and any of .:_-' })
  REDIS_KEY_PREFIX = '';

  /** The user of Redis, where it has users. */
  @IsOptional()
  @IsString()
  REDIS_USER?: string;

  /** The password of Redis. */
  @IsOptional()
  @IsString()
  REDIS_PASSWORD?: string;

  /** How long a cached ticket may live, in seconds. */
  @IsWholeNumber(1, 86_400)
  REDIS_EXPIRE_TIME = 300;

  /** After how many days events are swept; unset: never. */
  @IsOptional()
  @IsWholeNumber(1, 36_500)
  EVENTS_RETENTION_DAYS?: number;
}
