import { existsSync } from 'node:fs';

import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

import { Environment } from './environment.js';

/** Error for a missing or invalid variable; the message is one line that names the variable. */
export class ConfigurationError extends Error {}

/** Variables of earlier versions, each with what to do instead. */
const removedVariables = {
  WORKERS: 'run several replicas instead',
  REDIS_CLUSTER_NODES: 'set REDIS_URL to a single Redis server instead',
  SEARCH_DICTIONARY: 'remove it, because search uses the dictionary "simple"',
};

/** Adds the variables of the file .env in the working directory to the environment, which takes precedence. */
export function loadDotEnv(): void {
  if (existsSync('.env')) process.loadEnvFile();
}

/**
 * Validates environment variables. An empty variable counts as unset, because compose files pass unset ones so.
 * @throws ConfigurationError that names the first variable that is missing, invalid or gone
 */
export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  for (const [name, advice] of Object.entries(removedVariables))
    if (variables[name]) throw new ConfigurationError(`${name} is no longer supported: ${advice}`);
  const names = Object.keys(new Environment());
  const given = names.flatMap((name) => (variables[name] ? [[name, variables[name]]] : []));
  const environment = plainToInstance(Environment, Object.fromEntries(given), { exposeDefaultValues: true });
  const [error] = validateSync(environment, { stopAtFirstError: true });
  if (!error) return environment;
  const [message = 'is invalid'] = Object.values(error.constraints ?? {});
  throw new ConfigurationError(`${error.property} ${message.replace(`${error.property} `, '')}`);
}
