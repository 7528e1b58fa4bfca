import { existsSync } from 'node:fs';

import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

import { Environment } from './environment.js';

/** A variable of the environment is missing or wrong; the message is one line that names it. */
export class ConfigurationError extends Error {}

/** Takes what the environment lacks from the file .env of the folder that this runs in, if there is one. */
export function loadDotEnv(): void {
  if (existsSync('.env')) process.loadEnvFile();
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
  if (fault) {
    const [message = 'is wrong'] = Object.values(fault.constraints ?? {});
    throw new ConfigurationError(`${fault.property} ${message.replace(`${fault.property} `, '')}`);
  }
  const contradiction = contradictionIn(environment);
  if (contradiction !== undefined) throw new ConfigurationError(contradiction);
  return environment;
}

/** What of two variables does not go together, though each is right by itself. */
function contradictionIn(environment: Environment): string | undefined {
  const { REDIS_URL, REDIS_CLUSTER_NODES } = environment;
  if (!REDIS_CLUSTER_NODES) return undefined;
  if (REDIS_URL === undefined) return 'REDIS_URL is missing: it is needed where REDIS_CLUSTER_NODES is set';
  if (/[^/]\/\d+$/.test(REDIS_URL))
    return 'REDIS_URL must name no database where REDIS_CLUSTER_NODES is set: a cluster has only one';
  return undefined;
}
