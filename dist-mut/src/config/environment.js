var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { IsIn, IsOptional, IsString, IsUrl, Matches } from 'class-validator';
import { AreHosts, AreOrigins, AreWebhookHosts, IsCommaSeparated } from './environment.validators.js';
import { IsFlag, IsKey, IsPublicUrl, IsWholeNumber } from './environment.validators.js';
import { RequiredToSign, RequiredWithIssuer, RequiredWithPostgresHost, RequiredWithS3, } from './environment.validators.js';
/** Log levels; each includes the ones before it. */
export const logLevels = ['error', 'warn', 'info', 'debug'];
/**
 * Environment variables of the process, validated once at start. docs/configuration.md is generated from this class.
 * Decorators of a variable are checked from the last to the first; the first rule that fails is reported.
 */
export class Environment {
    /** Port that the service listens on. 0 selects a free port, which the log reports. */
    PORT = 8000;
    /**
     * Key that signs tokens and cursors: at least 32 random characters, the same for all replicas
     * (`openssl rand -hex 32`). Required if POSTGRES_HOST, DATABASE_URL, AUTH_REQUIRED or METRICS_AUTH_REQUIRED is set.
     */
    SECRET_KEY;
    /** Previous SECRET_KEY: tokens and cursors that it signed remain valid. Unset: only SECRET_KEY is valid. */
    SECRET_KEY_PREVIOUS;
    /**
     * Requires a token (`Authorization: Bearer`) with the scope tickets:read or tickets:write for every request except the
     * probes, /docs and /metrics. With false, anyone who can reach the service can read and write.
     */
    AUTH_REQUIRED = false;
    /** Requires a token with the scope metrics:read for /metrics. */
    METRICS_AUTH_REQUIRED = false;
    /** Required claim `iss` of tokens. Required if JWT_JWKS_URL is set. Unset: the claim is not checked. */
    JWT_ISSUER;
    /** Required claim `aud` of tokens. Required if JWT_JWKS_URL is set. Unset: the claim is not checked. */
    JWT_AUDIENCE;
    /**
     * URL of the keys of an issuer (its `jwks_uri`), which then signs the tokens with RS256, ES256, PS256 or EdDSA. Unset: tokens are
     * signed with SECRET_KEY.
     */
    JWT_JWKS_URL;
    /** Accepts tokens signed with SECRET_KEY beside those of JWT_JWKS_URL. */
    JWT_HS256 = false;
    /** Claim that has the scopes: a string or a list. Unset: `scope`, or `scp` without it. */
    JWT_SCOPE_CLAIM;
    /** Claim that has the email address of a requester, for the scope tickets:own. */
    JWT_EMAIL_CLAIM = 'email';
    /**
     * Takes addresses of tokens of JWT_JWKS_URL without the claim `email_verified`. Set it only if the issuer lets no user enter an
     * address unverified.
     */
    JWT_EMAIL_TRUSTED = false;
    /**
     * Origins whose pages may call the service from a browser, separated by commas, such as https://desk.example.com.
     * Unset: none.
     */
    CORS_ORIGINS;
    /**
     * Address of the service for its clients, such as https://desk.example.com/api behind a proxy. Location, Link, comments_next
     * and the servers of the OpenAPI document begin with it. Unset: they are paths.
     */
    PUBLIC_URL = '';
    /**
     * Proxies whose X-Forwarded-For is trusted: their number, such as 1, or their addresses and subnets separated by
     * commas, such as 10.0.0.0/8. Unset: none.
     */
    TRUST_PROXY;
    /**
     * Maximum number of requests of one client in a window, as requests/seconds, such as 100/60. A client is the subject of
     * a token, else an address. Unset: no limit.
     */
    RATE_LIMIT;
    /**
     * Maximum number of statements, transactions and items of batches of the process that run on PostgreSQL or wait for it,
     * 1 to 10000. When it is reached, further requests are rejected with 503 at once; cached reads, probes, /metrics and
     * /docs are exempt.
     */
    MAX_IN_FLIGHT = 256;
    /**
     * Seconds to keep serving after SIGTERM while reporting not ready, 0 to 300: long enough for a load balancer to notice.
     */
    SHUTDOWN_DELAY = 0;
    /** Level of the log: error, warn, info or debug. Each request is a line at info. */
    LOG_LEVEL = 'info';
    /** URL that OpenTelemetry traces are sent to, as OTLP over HTTP, such as http://localhost:4318. Unset: no tracing. */
    OTEL_EXPORTER_OTLP_ENDPOINT;
    /** Name of the service in traces. */
    OTEL_SERVICE_NAME = 'ticket-system';
    /** Mode of Node.js. With `production`, which the image sets, a start without PostgreSQL fails, unless EMBEDDED_POSTGRES is true. */
    NODE_ENV;
    /** Starts an embedded PostgreSQL, with its data under .data/, even if NODE_ENV is production. */
    EMBEDDED_POSTGRES = false;
    /**
     * PostgreSQL in one variable, such as postgres://ticket:password@db:5432/ticket, instead of POSTGRES_HOST, POSTGRES_PORT,
     * POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB. Characters other than letters, digits and -._~ are percent-encoded.
     */
    DATABASE_URL;
    /** Host of PostgreSQL; the tests run on version 18. Unset: an embedded PostgreSQL with its data under .data/. */
    POSTGRES_HOST;
    /** Port of PostgreSQL. */
    POSTGRES_PORT = 5432;
    /**
     * Streaming replicas that lists, histories, comments and the feed are read from while they lag at most one second, as
     * host or host:port separated by commas. Unset: all reads use the primary.
     */
    POSTGRES_REPLICA_HOSTS;
    /**
     * Uses named prepared statements. Set false behind a pooler in transaction mode that does not
     * support named statements, such as pgbouncer before 1.21 (Debian 12 has 1.18).
     */
    POSTGRES_NAMED_STATEMENTS = true;
    /** Role of the service in PostgreSQL. The migrations need its right to create objects in the schema public. */
    POSTGRES_USER = 'ticket';
    /** Password of POSTGRES_USER. Required if POSTGRES_HOST is set. */
    POSTGRES_PASSWORD;
    /** Name of the database. */
    POSTGRES_DB = 'ticket';
    /**
     * URL of Redis: redis://host:6379, or rediss:// for TLS; a database number may follow, such as /1. Required if
     * POSTGRES_HOST is set. Unset: a cache in the process, for a single replica.
     */
    REDIS_URL;
    /** Prefix of all keys in Redis, for a Redis that other services use too. */
    REDIS_KEY_PREFIX = '';
    /** User of Redis. Unset: the default user. */
    REDIS_USER;
    /** Password of Redis. Unset: no password. */
    REDIS_PASSWORD;
    /** Seconds after which a cached ticket expires, 1 to 86400. */
    REDIS_EXPIRE_TIME = 300;
    /** Days after which events are removed from the feed, 1 to 36500. Unset: events are kept. */
    EVENTS_RETENTION_DAYS;
    /** Days after which closed tickets are deleted, 1 to 36500. Unset: tickets are kept. */
    TICKETS_RETENTION_DAYS;
    /** Days after which a ticket that is answered, and has not changed since, is closed, 1 to 36500. Unset: such tickets stay. */
    AUTO_CLOSE_DAYS;
    /**
     * Hosts that webhooks may use although they have private addresses or no TLS, separated by commas: host, host:port or a
     * network such as 10.0.0.0/8. Unset: only https and public addresses.
     */
    WEBHOOK_HOSTS;
    /** Seconds until the next attempt after each failed attempt of a delivery, separated by commas. After the last one it is given up. */
    WEBHOOK_RETRY_SCHEDULE = ['5', '300', '1800', '7200', '18000', '36000', '50400', '72000', '86400'];
    /** Maximum size of an attachment in bytes, 1 to 5368709120. */
    ATTACHMENTS_MAX_BYTES = 25 * 1024 ** 2;
    /**
     * Folder of the attachments if ATTACHMENTS_S3_ENDPOINT is unset. All replicas must share it, on a file system with hard
     * links.
     */
    ATTACHMENTS_DIR = '.data/attachments';
    /**
     * URL of the S3-compatible store of the attachments, such as https://s3.eu-central-1.amazonaws.com. Clients upload to it and
     * download from it, so they must reach it too. Unset: attachments are files in ATTACHMENTS_DIR.
     */
    ATTACHMENTS_S3_ENDPOINT;
    /** Bucket of the attachments. Required if ATTACHMENTS_S3_ENDPOINT is set. */
    ATTACHMENTS_S3_BUCKET;
    /** Region of the bucket. */
    ATTACHMENTS_S3_REGION = 'us-east-1';
    /** Access key of the bucket. Required if ATTACHMENTS_S3_ENDPOINT is set. */
    ATTACHMENTS_S3_ACCESS_KEY_ID;
    /** Secret key of ATTACHMENTS_S3_ACCESS_KEY_ID. Required if ATTACHMENTS_S3_ENDPOINT is set. */
    ATTACHMENTS_S3_SECRET_ACCESS_KEY;
    /** Puts the bucket into the path of URLs instead of the host name. Most stores other than that of Amazon need it. */
    ATTACHMENTS_S3_FORCE_PATH_STYLE = false;
}
__decorate([
    IsWholeNumber(0, 65_535),
    __metadata("design:type", Object)
], Environment.prototype, "PORT", void 0);
__decorate([
    RequiredToSign(),
    IsKey(),
    __metadata("design:type", String)
], Environment.prototype, "SECRET_KEY", void 0);
__decorate([
    IsOptional(),
    IsKey(),
    __metadata("design:type", String)
], Environment.prototype, "SECRET_KEY_PREVIOUS", void 0);
__decorate([
    IsFlag(),
    __metadata("design:type", Object)
], Environment.prototype, "AUTH_REQUIRED", void 0);
__decorate([
    IsFlag(),
    __metadata("design:type", Object)
], Environment.prototype, "METRICS_AUTH_REQUIRED", void 0);
__decorate([
    RequiredWithIssuer(),
    IsString({ message: 'is missing: it is required if JWT_JWKS_URL is set' }),
    __metadata("design:type", String)
], Environment.prototype, "JWT_ISSUER", void 0);
__decorate([
    RequiredWithIssuer(),
    IsString({ message: 'is missing: it is required if JWT_JWKS_URL is set' }),
    __metadata("design:type", String)
], Environment.prototype, "JWT_AUDIENCE", void 0);
__decorate([
    IsOptional(),
    IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] }, { message: 'must be a URL such as https://id.example.com/jwks' }),
    __metadata("design:type", String)
], Environment.prototype, "JWT_JWKS_URL", void 0);
__decorate([
    IsFlag(),
    __metadata("design:type", Object)
], Environment.prototype, "JWT_HS256", void 0);
__decorate([
    IsOptional(),
    IsString(),
    __metadata("design:type", String)
], Environment.prototype, "JWT_SCOPE_CLAIM", void 0);
__decorate([
    IsString(),
    __metadata("design:type", Object)
], Environment.prototype, "JWT_EMAIL_CLAIM", void 0);
__decorate([
    IsFlag(),
    __metadata("design:type", Object)
], Environment.prototype, "JWT_EMAIL_TRUSTED", void 0);
__decorate([
    IsOptional(),
    AreOrigins(),
    __metadata("design:type", Array)
], Environment.prototype, "CORS_ORIGINS", void 0);
__decorate([
    IsPublicUrl(),
    __metadata("design:type", Object)
], Environment.prototype, "PUBLIC_URL", void 0);
__decorate([
    IsOptional(),
    IsCommaSeparated(/^(\d{1,2}|loopback|linklocal|uniquelocal|[\da-f.:]+(\/\d{1,3})?)$/i, 'must be a number of proxies, or their addresses and subnets separated by commas'),
    __metadata("design:type", Array)
], Environment.prototype, "TRUST_PROXY", void 0);
__decorate([
    IsOptional(),
    Matches(/^[1-9]\d{0,6}\/[1-9]\d{0,4}$/, { message: 'must be requests/seconds, such as 100/60' }),
    __metadata("design:type", String)
], Environment.prototype, "RATE_LIMIT", void 0);
__decorate([
    IsWholeNumber(1, 10_000),
    __metadata("design:type", Object)
], Environment.prototype, "MAX_IN_FLIGHT", void 0);
__decorate([
    IsWholeNumber(0, 300),
    __metadata("design:type", Object)
], Environment.prototype, "SHUTDOWN_DELAY", void 0);
__decorate([
    IsIn(logLevels, { message: `must be one of ${logLevels.join(', ')}` }),
    __metadata("design:type", Object)
], Environment.prototype, "LOG_LEVEL", void 0);
__decorate([
    IsOptional(),
    IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] }, { message: 'must be a URL such as http://localhost:4318' }),
    __metadata("design:type", String)
], Environment.prototype, "OTEL_EXPORTER_OTLP_ENDPOINT", void 0);
__decorate([
    IsString(),
    __metadata("design:type", Object)
], Environment.prototype, "OTEL_SERVICE_NAME", void 0);
__decorate([
    IsOptional(),
    IsString(),
    __metadata("design:type", String)
], Environment.prototype, "NODE_ENV", void 0);
__decorate([
    IsFlag(),
    __metadata("design:type", Object)
], Environment.prototype, "EMBEDDED_POSTGRES", void 0);
__decorate([
    IsOptional(),
    IsString(),
    __metadata("design:type", String)
], Environment.prototype, "DATABASE_URL", void 0);
__decorate([
    IsOptional(),
    IsString(),
    __metadata("design:type", String)
], Environment.prototype, "POSTGRES_HOST", void 0);
__decorate([
    IsWholeNumber(1, 65_535),
    __metadata("design:type", Object)
], Environment.prototype, "POSTGRES_PORT", void 0);
__decorate([
    IsOptional(),
    AreHosts(),
    __metadata("design:type", Array)
], Environment.prototype, "POSTGRES_REPLICA_HOSTS", void 0);
__decorate([
    IsFlag(),
    __metadata("design:type", Object)
], Environment.prototype, "POSTGRES_NAMED_STATEMENTS", void 0);
__decorate([
    IsString(),
    __metadata("design:type", Object)
], Environment.prototype, "POSTGRES_USER", void 0);
__decorate([
    RequiredWithPostgresHost(),
    IsString({ message: 'is missing: it is required if POSTGRES_HOST or DATABASE_URL is set' }),
    __metadata("design:type", String)
], Environment.prototype, "POSTGRES_PASSWORD", void 0);
__decorate([
    IsString(),
    __metadata("design:type", Object)
], Environment.prototype, "POSTGRES_DB", void 0);
__decorate([
    RequiredWithPostgresHost(),
    IsUrl({ protocols: ['redis', 'rediss'], require_protocol: true, require_tld: false }, { message: 'must be a URL such as redis://localhost:6379' }),
    IsString({ message: 'is missing: it is required if POSTGRES_HOST or DATABASE_URL is set' }),
    __metadata("design:type", String)
], Environment.prototype, "REDIS_URL", void 0);
__decorate([
    Matches(/^[\w.:-]*$/, { message: 'must consist of letters, digits and any of .:_-' }),
    __metadata("design:type", Object)
], Environment.prototype, "REDIS_KEY_PREFIX", void 0);
__decorate([
    IsOptional(),
    IsString(),
    __metadata("design:type", String)
], Environment.prototype, "REDIS_USER", void 0);
__decorate([
    IsOptional(),
    IsString(),
    __metadata("design:type", String)
], Environment.prototype, "REDIS_PASSWORD", void 0);
__decorate([
    IsWholeNumber(1, 86_400),
    __metadata("design:type", Object)
], Environment.prototype, "REDIS_EXPIRE_TIME", void 0);
__decorate([
    IsOptional(),
    IsWholeNumber(1, 36_500),
    __metadata("design:type", Number)
], Environment.prototype, "EVENTS_RETENTION_DAYS", void 0);
__decorate([
    IsOptional(),
    IsWholeNumber(1, 36_500),
    __metadata("design:type", Number)
], Environment.prototype, "TICKETS_RETENTION_DAYS", void 0);
__decorate([
    IsOptional(),
    IsWholeNumber(1, 36_500),
    __metadata("design:type", Number)
], Environment.prototype, "AUTO_CLOSE_DAYS", void 0);
__decorate([
    IsOptional(),
    AreWebhookHosts(),
    __metadata("design:type", Array)
], Environment.prototype, "WEBHOOK_HOSTS", void 0);
__decorate([
    IsCommaSeparated(/^\d{1,7}(\.\d{1,3})?$/, 'must be seconds, separated by commas'),
    __metadata("design:type", Object)
], Environment.prototype, "WEBHOOK_RETRY_SCHEDULE", void 0);
__decorate([
    IsWholeNumber(1, 5 * 1024 ** 3),
    __metadata("design:type", Object)
], Environment.prototype, "ATTACHMENTS_MAX_BYTES", void 0);
__decorate([
    IsString(),
    __metadata("design:type", Object)
], Environment.prototype, "ATTACHMENTS_DIR", void 0);
__decorate([
    RequiredWithS3(),
    IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] }, { message: 'must be a URL such as https://s3.eu-central-1.amazonaws.com' }),
    IsString({ message: 'is missing: it is required if another ATTACHMENTS_S3 variable is set' }),
    __metadata("design:type", String)
], Environment.prototype, "ATTACHMENTS_S3_ENDPOINT", void 0);
__decorate([
    RequiredWithS3(),
    Matches(/^[\w.-]{3,63}$/, {
        message: 'must be the name of a bucket; it is required with ATTACHMENTS_S3_ENDPOINT',
    }),
    __metadata("design:type", String)
], Environment.prototype, "ATTACHMENTS_S3_BUCKET", void 0);
__decorate([
    IsString(),
    __metadata("design:type", Object)
], Environment.prototype, "ATTACHMENTS_S3_REGION", void 0);
__decorate([
    RequiredWithS3(),
    IsString({ message: 'is missing: it is required if ATTACHMENTS_S3_ENDPOINT is set' }),
    __metadata("design:type", String)
], Environment.prototype, "ATTACHMENTS_S3_ACCESS_KEY_ID", void 0);
__decorate([
    RequiredWithS3(),
    IsString({ message: 'is missing: it is required if ATTACHMENTS_S3_ENDPOINT is set' }),
    __metadata("design:type", String)
], Environment.prototype, "ATTACHMENTS_S3_SECRET_ACCESS_KEY", void 0);
__decorate([
    IsFlag(),
    __metadata("design:type", Object)
], Environment.prototype, "ATTACHMENTS_S3_FORCE_PATH_STYLE", void 0);
//# sourceMappingURL=environment.js.map