import { IsIn, IsOptional, IsString, Matches } from 'class-validator';

import { AreOrigins, IsCommaSeparated, IsFlag, IsHttpUrl, IsKey } from './environment.validators.js';
import { IsPublicUrl, IsWholeNumber, RequiredWith } from './environment.validators.js';

/** Log levels; each includes the ones before it. */
const logLevels = ['error', 'warn', 'info', 'debug'] as const;

/** The variables of requests, of tokens, of the log and of traces. */
export class ServiceVariables {
  /** Port that the service listens on. 0 selects a free port, which the log reports. */
  @IsWholeNumber(0, 65_535)
  PORT = 8000;

  /**
   * Key that signs tokens and cursors: at least 32 random characters, the same for all replicas
   * (`openssl rand -hex 32`). Required if POSTGRES_HOST, DATABASE_URL, AUTH_REQUIRED or METRICS_AUTH_REQUIRED is set.
   */
  @RequiredWith('POSTGRES_HOST', 'AUTH_REQUIRED', 'METRICS_AUTH_REQUIRED')
  @IsKey()
  SECRET_KEY?: string;

  /** Previous SECRET_KEY: tokens and cursors that it signed remain valid. Unset: only SECRET_KEY is valid. */
  @IsOptional()
  @IsKey()
  SECRET_KEY_PREVIOUS?: string;

  /**
   * Requires a token (`Authorization: Bearer`) with the scope of the endpoint for every request except /, the probes, /docs and
   * /metrics. With false, anyone who can reach the service can read and write.
   */
  @IsFlag()
  AUTH_REQUIRED = false;

  /** Requires a token with the scope metrics:read for /metrics. */
  @IsFlag()
  METRICS_AUTH_REQUIRED = false;

  /** Required claim `iss` of tokens. Required if JWT_JWKS_URL is set. Unset: the claim is not checked. */
  @RequiredWith('JWT_JWKS_URL')
  @IsString({ message: 'is missing: it is required if JWT_JWKS_URL is set' })
  JWT_ISSUER?: string;

  /** Required claim `aud` of tokens. Required if JWT_JWKS_URL is set. Unset: the claim is not checked. */
  @RequiredWith('JWT_JWKS_URL')
  @IsString({ message: 'is missing: it is required if JWT_JWKS_URL is set' })
  JWT_AUDIENCE?: string;

  /**
   * URL of the keys of an issuer (its `jwks_uri`), which then signs the tokens with RS256, ES256, PS256 or EdDSA. Unset: tokens are
   * signed with SECRET_KEY.
   */
  @IsOptional()
  @IsHttpUrl('https://id.example.com/jwks')
  JWT_JWKS_URL?: string;

  /** Accepts tokens signed with SECRET_KEY beside those of JWT_JWKS_URL. */
  @IsFlag()
  JWT_HS256 = false;

  /** Claim that has the scopes: a string or a list. Unset: `scope`, or `scp` without it. */
  @IsOptional()
  @IsString()
  JWT_SCOPE_CLAIM?: string;

  /** Claim that has the email address of a requester, for the scope tickets:own. */
  @IsString()
  JWT_EMAIL_CLAIM = 'email';

  /**
   * Takes addresses of tokens of JWT_JWKS_URL without the claim `email_verified`. Set it only if the issuer lets no user enter an
   * address unverified.
   */
  @IsFlag()
  JWT_EMAIL_TRUSTED = false;

  /**
   * Origins whose pages may call the service from a browser, separated by commas, such as https://desk.example.com.
   * Unset: none.
   */
  @IsOptional()
  @AreOrigins()
  CORS_ORIGINS?: string[];

  /**
   * Address of the service for its clients, such as https://desk.example.com/api behind a proxy. Location, Link, comments_next
   * and the servers of the OpenAPI document begin with it. Unset: they are paths.
   */
  @IsPublicUrl()
  PUBLIC_URL = '';

  /**
   * Proxies whose X-Forwarded-For is trusted: their number, such as 1, or their addresses and subnets separated by
   * commas, such as 10.0.0.0/8. Unset: none.
   */
  @IsOptional()
  @IsCommaSeparated(
    /^(\d{1,2}|loopback|linklocal|uniquelocal|[\da-f.:]+(\/\d{1,3})?)$/i,
    'must be a number of proxies, or their addresses and subnets separated by commas',
  )
  TRUST_PROXY?: string[];

  /**
   * Maximum number of requests of one client in a window, as requests/seconds, such as 100/60. A client is the subject of
   * a token, else an address. Unset: no limit.
   */
  @IsOptional()
  @Matches(/^[1-9]\d{0,6}\/[1-9]\d{0,4}$/, { message: 'must be requests/seconds, such as 100/60' })
  RATE_LIMIT?: string;

  /**
   * Maximum number of statements, transactions and items of batches of the process that run on PostgreSQL or wait for it,
   * 1 to 10000. When it is reached, further requests are rejected with 503 at once; cached reads, probes, /metrics and
   * /docs are exempt.
   */
  @IsWholeNumber(1, 10_000)
  MAX_IN_FLIGHT = 256;

  /**
   * Seconds to keep serving after SIGTERM while reporting not ready, 0 to 300: long enough for a load balancer to notice.
   */
  @IsWholeNumber(0, 300)
  SHUTDOWN_DELAY = 0;

  /** Level of the log: error, warn, info or debug. Each request is a line at info. */
  @IsIn(logLevels, { message: `must be one of ${logLevels.join(', ')}` })
  LOG_LEVEL: (typeof logLevels)[number] = 'info';

  /** URL that OpenTelemetry traces are sent to, as OTLP over HTTP, such as http://localhost:4318. Unset: no tracing. */
  @IsOptional()
  @IsHttpUrl('http://localhost:4318')
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  /** Name of the service in traces. */
  @IsString()
  OTEL_SERVICE_NAME = 'ticket-system';

  /** Mode of Node.js. With `production`, which the image sets, a start without PostgreSQL fails, unless EMBEDDED_POSTGRES is true. */
  @IsOptional()
  @IsString()
  NODE_ENV?: string;
}
