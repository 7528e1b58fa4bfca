import { existsSync } from 'node:fs';

import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

import { Environment } from './environment.js';

/** A variable of the environment is missing or wrong; the message is one line that names it. */
export class ConfigurationError extends Error {}

/** Variables of earlier versions, each with what to do instead. */
const goneVariables = {
  WORKERS: 'run several replicas instead',
  REDIS_CLUSTER_NODES: 'set REDIS_URL to a single Redis server instead',
  SEARCH_DICTIONARY: 'remove it, because search uses the dictionary "simple"',
};

/** Takes what the environment lacks from the file .env of the folder that this runs in, if there is one. */
export function loadDotEnv(): void {
  if (existsSync('.env')) process.loadEnvFile();
}

/**
 * Reads the environment. A variable set to nothing counts as unset, as compose files pass it so.
 * @throws ConfigurationError that names the first variable that is missing or wrong
 */
export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  for (const [name, advice] of Object.entries(goneVariables))
    if (variables[name]) throw new ConfigurationError(`${name} is gone: ${advice}`);
  const names = Object.keys(new Environment());
  const given = names.flatMap((name) => (variables[name] ? [[name, variables[name]]] : []));
  const environment = plainToInstance(Environment, Object.fromEntries(given), { exposeDefaultValues: true });
  const [fault] = validateSync(environment, { stopAtFirstError: true });
  if (fault) {
    const [message = 'is wrong'] = Object.values(fault.constraints ?? {});
    throw new ConfigurationError(`${fault.property} ${message.replace(`${fault.property} `, '')}`);
  }
  return environment;
}
