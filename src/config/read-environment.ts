import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

import { Environment } from './environment.js';

/** Error for a missing or invalid variable; the message is one line that names the variable. */
export class ConfigurationError extends Error {}

/** Variables of earlier versions, each with what to do instead. */
const removedVariables = {
  WORKERS: 'run several replicas instead',
  REDIS_CLUSTER_NODES: 'set REDIS_URL to a single Redis server instead',
  SEARCH_DICTIONARY: 'remove it, because the service makes the words of a search itself',
};

/**
 * Adds the variables of the file .env in the working directory to the environment, which takes precedence.
 * @throws ConfigurationError if it is not UTF-8, such as a file that PowerShell has written
 */
export function loadDotEnv(): void {
  if (!existsSync('.env')) return;
  const bytes = readFileSync('.env');
  const isUtf16 = /^(fffe|feff)/.test(bytes.toString('hex', 0, 2)) || bytes.includes(0);
  if (isUtf16 || !isUtf8(bytes))
    throw new ConfigurationError(`.env is ${isUtf16 ? 'in UTF-16' : 'not in UTF-8'}: save it as UTF-8`);
  // A byte order mark is not part of the first name.
  for (const [name, value] of Object.entries(parseEnv(bytes.toString().replace(/^\uFEFF/, ''))))
    process.env[name] ??= value;
}

/** Returns the variables with those of POSTGRES_* that DATABASE_URL stands for. */
function expandDatabaseUrl(
  variables: Record<string, string | undefined>,
): Record<string, string | undefined> {
  const { DATABASE_URL } = variables;
  if (!DATABASE_URL) return variables;
  const parts = parseDatabaseUrl(DATABASE_URL);
  const twice = Object.keys(parts).find((name) => variables[name]);
  if (twice) throw new ConfigurationError(`${twice} is set beside DATABASE_URL: remove one of them`);
  return { ...variables, ...parts };
}

function parseDatabaseUrl(text: string): Record<string, string> {
  const error =
    'DATABASE_URL must be a URL such as postgres://ticket:password@db:5432/ticket, without parameters';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url && /^postgres(ql)?:$/.test(url.protocol) && !url.search && !url.hash;
  const [, database = ''] = /^\/([^/]+)$/.exec(url?.pathname ?? '') ?? [];
  if (!isPlain || !url.hostname || !url.username || !database) throw new ConfigurationError(error);
  try {
    return {
      POSTGRES_HOST: url.hostname.replace(/^\[|\]$/g, ''),
      POSTGRES_PORT: url.port || '5432',
      POSTGRES_USER: decodeURIComponent(url.username),
      POSTGRES_PASSWORD: decodeURIComponent(url.password),
      POSTGRES_DB: decodeURIComponent(database),
    };
  } catch {
    throw new ConfigurationError(error);
  }
}

/**
 * Validates environment variables. An empty variable counts as unset, because compose files pass unset ones so.
 * @throws ConfigurationError that names the first variable that is missing, invalid or gone
 */
export function readEnvironment(given: Record<string, string | undefined>): Environment {
  const variables = expandDatabaseUrl(given);
  for (const [name, advice] of Object.entries(removedVariables))
    if (variables[name]) throw new ConfigurationError(`${name} is no longer supported: ${advice}`);
  const names = Object.keys(new Environment());
  const values = names.flatMap((name) => (variables[name] ? [[name, variables[name]]] : []));
  const environment = plainToInstance(Environment, Object.fromEntries(values), { exposeDefaultValues: true });
  const errors = validateSync(environment, { stopAtFirstError: true });
  const error = names.map((name) => errors.find(({ property }) => property === name)).find(Boolean);
  if (!error) return environment;
  const [message = 'is invalid'] = Object.values(error.constraints ?? {});
  throw new ConfigurationError(`${error.property} ${message.replace(`${error.property} `, '')}`);
}
