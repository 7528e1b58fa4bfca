import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { createStores, servers, type Stores } from './servers.js';

/** What the services of the tests sign with. */
export const key = 'a key of the tests, long enough to pass';

const builtMain = resolve('dist/src/main.js');

/** The options that `npm start` gives to node. */
const nodeOptions = ['--max-old-space-size=256'];

/** Variables by which the runs that measure the tests reach into the service. */
const watchers = ['NODE_V8_COVERAGE', '__STRYKER_ACTIVE_MUTANT__'];

/** A service on the tests' servers, and what it shares with its replicas. */
export type ServiceOnStores = Service & { stores: Stores };

/** A service as a user runs it: the built one, as a process of its own. */
export class Service {
  private output = '';

  private constructor(
    readonly process: ChildProcess,
    /** The folder it was started in. */
    readonly folder: string,
  ) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  /**
   * Starts the service on the tests' servers and a free port.
   * @param options.stores those of another service, to be its replica
   * @param options.environment further variables, or others
   */
  static async start(
    options: { stores?: Stores; environment?: Record<string, string> } = {},
  ): Promise<ServiceOnStores> {
    const stores = options.stores ?? (await createStores());
    const service = await Service.launch({ ...environmentOf(stores), ...options.environment });
    if (!service.url) throw new Error(`The service did not start: ${service.log}`);
    return Object.assign(service, { stores });
  }

  /** Starts the service with this environment alone; resolves once it listens, or has ended. */
  static async launch(environment: Record<string, string>, folder?: string): Promise<Service> {
    const service = Service.spawn(environment, folder);
    const { stdout } = service.process;
    const ended = once(service.process, 'close');
    while (!service.url && service.process.exitCode === null) {
      await Promise.race([ended, stdout && once(stdout, 'data')]);
    }
    return service;
  }

  /**
   * The same, without waiting for anything.
   * @param main the file that starts another version of the service
   */
  static spawn(environment: Record<string, string>, folder?: string, main = builtMain): Service {
    const cwd = folder ?? mkdtempSync(join(tmpdir(), 'ticket-service-'));
    const env = { ...onlyOf(process.env, ['PATH', ...watchers]), ...environment };
    return new Service(spawn(process.execPath, [...nodeOptions, main], { cwd, env }), cwd);
  }

  /** Where the service listens; empty where it does not. */
  get url(): string {
    return /listens on (\S+),/.exec(this.output)?.[1] ?? '';
  }

  /** What the service has written. */
  get log(): string {
    return this.output;
  }

  /** Ends the service; returns its exit code, or the signal that ended it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    const { exitCode, signalCode } = this.process;
    if (exitCode !== null || signalCode !== null) return exitCode ?? signalCode ?? '';
    const ended = once(this.process, 'close') as Promise<[number | null, string]>;
    this.process.kill(signal);
    const [code, by] = await ended;
    return code ?? by;
  }
}

/** The environment that puts a service on these stores. */
export function environmentOf({ database, redisUrl }: Stores): Record<string, string> {
  const { postgres, environment } = servers();
  return {
    PORT: '0',
    SECRET_KEY: key,
    POSTGRES_HOST: postgres.host,
    POSTGRES_PORT: String(postgres.port),
    POSTGRES_USER: postgres.user,
    POSTGRES_PASSWORD: postgres.password,
    POSTGRES_DB: database,
    REDIS_URL: redisUrl,
    // An external Redis may have fewer databases than there are tests.
    REDIS_KEY_PREFIX: `${database}:`,
    ...environment,
  };
}

function onlyOf(environment: NodeJS.ProcessEnv, names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [name, environment[name]]).filter(([, value]) => value),
  ) as Record<string, string>;
}
