import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { createStores, servers, type Stores } from './servers.js';

/** SECRET_KEY of the services that the tests start. */
export const secretKey = 'a key of the tests, long enough to pass';

/** SERVICE_BUILD names the folder of another build of the service, to run tests against it. */
const builtMain = resolve(process.env['SERVICE_BUILD'] ?? 'dist', 'src/main.js');

/** The Node.js options of `npm start`. */
const nodeOptions = ['--max-old-space-size=256'];

/** Variables that coverage and mutation runs pass on to the service. */
const instrumentation = ['NODE_V8_COVERAGE', '__STRYKER_ACTIVE_MUTANT__'];

/** A service on the shared servers, with the stores that its replicas use too. */
export type ServiceWithStores = Service & { stores: Stores };

/**
 * The built service in a separate process, as users run it. Most tests call `start`. `launch` is for starts that may fail
 * or need another environment, and `spawn` for what happens during a start.
 */
export class Service {
  /** Output of the service so far, standard error included. */
  output = '';

  private constructor(
    readonly process: ChildProcess,
    /** The working directory. */
    readonly cwd: string,
  ) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  /**
   * Starts the service on the shared servers and a free port; resolves once it listens.
   * @param options.stores stores of another service, to start a replica of it
   * @param options.environment variables added to the defaults or replacing them
   * @throws Error with the output of a service that exits instead
   */
  static async start(
    options: { stores?: Stores; environment?: Record<string, string> } = {},
  ): Promise<ServiceWithStores> {
    const stores = options.stores ?? (await createStores());
    const service = await Service.launch({ ...environmentOf(stores), ...options.environment });
    if (!service.url) throw new Error(`The service did not start: ${service.output}`);
    return Object.assign(service, { stores });
  }

  /** Starts the service with exactly this environment; resolves once it listens or has exited. */
  static async launch(environment: Record<string, string>, cwd?: string): Promise<Service> {
    const service = Service.spawn(environment, cwd);
    const { stdout } = service.process;
    const ended = once(service.process, 'close');
    while (!service.url && service.process.exitCode === null) {
      await Promise.race([ended, stdout && once(stdout, 'data')]);
    }
    return service;
  }

  /**
   * Starts the service with exactly this environment, without waiting until it listens.
   * @param cwd the working directory; a new empty one by default
   * @param main the main file of another version of the service
   */
  static spawn(
    environment: Record<string, string>,
    cwd = mkdtempSync(join(tmpdir(), 'ticket-service-')),
    main = builtMain,
  ): Service {
    const env = { ...pick(process.env, ['PATH', ...instrumentation]), ...environment };
    return new Service(spawn(process.execPath, [...nodeOptions, main], { cwd, env }), cwd);
  }

  /** URL of the service; empty until it listens. */
  get url(): string {
    return /listens on (\S+),/.exec(this.output)?.[1] ?? '';
  }

  /** Sends a signal; returns the exit code, or the signal that killed the process. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    const { exitCode, signalCode } = this.process;
    if (exitCode !== null || signalCode !== null) return exitCode ?? signalCode ?? '';
    const ended = once(this.process, 'close') as Promise<[number | null, string]>;
    this.process.kill(signal);
    const [code, signalName] = await ended;
    return code ?? signalName;
  }
}

/** Environment of a service on these stores. */
export function environmentOf({ database, redisUrl }: Stores): Record<string, string> {
  const { postgres, environment } = servers();
  return {
    PORT: '0',
    SECRET_KEY: secretKey,
    POSTGRES_HOST: postgres.host,
    POSTGRES_PORT: String(postgres.port),
    POSTGRES_USER: postgres.user,
    POSTGRES_PASSWORD: postgres.password,
    POSTGRES_DB: database,
    REDIS_URL: redisUrl,
    // An external Redis may have fewer databases than there are tests, and keys of an earlier run.
    REDIS_KEY_PREFIX: `${database}:`,
    ...environment,
  };
}

function pick(environment: NodeJS.ProcessEnv, names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [name, environment[name]]).filter(([, value]) => value),
  ) as Record<string, string>;
}
