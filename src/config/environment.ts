import { plainToInstance, Type } from 'class-transformer';
import {
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateIf,
  validateSync,
} from 'class-validator';

/** A variable of the environment is missing or wrong; the message is one line that names it. */
export class ConfigurationError extends Error {}

/** A variable that must be set where POSTGRES_HOST is, and must be right wherever it is set. */
const NeededOnServers = () =>
  ValidateIf(({ POSTGRES_HOST }: Environment, value) => POSTGRES_HOST !== undefined || value !== undefined);

/** A key that somebody has made, unlike those of .env.example, of tutorials and of haste. */
const noPlaceholder = /^(?!.*(change|replace|example|placeholder|your[-_ ]|secret[-_ ]?key))/i;

/**
 * The environment of the process, checked once at start. Every variable is explained in .env.example.
 * Of the rules of a variable the lowest is checked first, and the first that is broken is the one that is reported.
 */
export class Environment {
  /** The port the service listens on; 0 takes any free one, and the log says which. */
  @Type(() => Number)
  @Min(0)
  @Max(65_535)
  @IsInt()
  PORT = 8000;

  /** How many processes share the port; 0 is one for each core. */
  @Type(() => Number)
  @Min(0)
  @Max(256)
  @IsInt()
  WORKERS = 1;

  /** Signs what the service hands out and must recognise again. At least 32 characters. */
  @NeededOnServers()
  @MinLength(32, { message: 'must have at least 32 characters' })
  @Matches(noPlaceholder, { message: 'is still a placeholder: make one with `openssl rand -hex 32`' })
  @IsString({ message: 'is missing: it is needed where POSTGRES_HOST is set' })
  SECRET_KEY?: string;

  /** The host of PostgreSQL. Unset: an embedded PostgreSQL under .data/ is started. */
  @IsOptional()
  @IsString()
  POSTGRES_HOST?: string;

  /** The port of PostgreSQL. */
  @Type(() => Number)
  @Min(1)
  @Max(65_535)
  @IsInt()
  POSTGRES_PORT = 5432;

  /** The role the service logs in as; it must own the database's public schema, for the migrations. */
  @IsString()
  POSTGRES_USER = 'ticket';

  /** The password of that role. */
  @NeededOnServers()
  @IsString({ message: 'is missing: it is needed where POSTGRES_HOST is set' })
  POSTGRES_PASSWORD?: string;

  /** The database. */
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

  /** The user of Redis, where it has users. */
  @IsOptional()
  @IsString()
  REDIS_USER?: string;

  /** The password of Redis. */
  @IsOptional()
  @IsString()
  REDIS_PASSWORD?: string;

  /** How long a cached ticket may live, in seconds. */
  @Type(() => Number)
  @Min(1)
  @Max(86_400)
  @IsInt()
  REDIS_EXPIRE_TIME = 300;

  /** After how many days events are swept; unset: never. */
  @IsOptional()
  @Type(() => Number)
  @Min(1)
  @Max(36_500)
  @IsInt()
  EVENTS_RETENTION_DAYS?: number;

  /** The text search configuration of PostgreSQL that tickets are searched by. */
  @Matches(/^[a-z_]+$/, { message: 'must be a text search configuration, such as simple or english' })
  SEARCH_DICTIONARY = 'simple';
}

/**
 * Reads the environment. A variable set to nothing counts as unset, as compose files pass it so.
 * @throws ConfigurationError that names the first variable that is missing or wrong
 */
export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  const names = Object.keys(new Environment());
  const given = names.flatMap((name) => (variables[name] ? [[name, variables[name]]] : []));
  const environment = plainToInstance(Environment, Object.fromEntries(given), { exposeDefaultValues: true });
  const [fault] = validateSync(environment, { stopAtFirstError: true });
  if (!fault && environment.WORKERS !== 1 && environment.POSTGRES_HOST === undefined)
    throw new ConfigurationError(
      'WORKERS needs POSTGRES_HOST: several processes cannot share what is embedded in one',
    );
  if (!fault) return environment;
  const [message = 'is wrong'] = Object.values(fault.constraints ?? {});
  throw new ConfigurationError(`${fault.property} ${message.replace(`${fault.property} `, '')}`);
}
