import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AwsClient } from 'aws4fetch';

import { freePort } from '../../src/database/free-port.js';

const credentials = { accessKeyId: 'test:tester', secretAccessKey: 'testing' };
const bucket = 'attachments';

/** The Python of Debian, whose packages include Swift. */
const python = '/usr/bin/python3';

/** OpenStack Swift with its S3 API, a real store of objects, and a bucket in it. */
export class S3Server {
  private process?: ChildProcess;
  private readonly folder = mkdtempSync(join(tmpdir(), 'ticket-s3-'));

  private constructor(private readonly port: number) {}

  /** Starts the server, and installs it first if it is missing, which needs apt-get and root. */
  static async start(): Promise<S3Server> {
    if (!existsSync('/usr/bin/swift-proxy-server')) install();
    const server = new S3Server(await freePort());
    await server.launch();
    await server.request('PUT', '');
    return server;
  }

  /** Variables of a service that keeps its attachments here. */
  get environment(): Record<string, string> {
    return {
      ATTACHMENTS_S3_ENDPOINT: `http://127.0.0.1:${this.port}`,
      ATTACHMENTS_S3_BUCKET: bucket,
      ATTACHMENTS_S3_ACCESS_KEY_ID: credentials.accessKeyId,
      ATTACHMENTS_S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ATTACHMENTS_S3_FORCE_PATH_STYLE: 'true',
    };
  }

  /** Returns the keys of all objects. */
  async keys(): Promise<string[]> {
    const text = await (await this.request('GET', '')).text();
    return Array.from(text.matchAll(/<Key>(.+?)<\/Key>/g), ([, key = '']) => key);
  }

  /** Launches the server on the data that it has. */
  async launch(): Promise<void> {
    const script = join(import.meta.dirname, 's3/s3_server.py');
    const child = spawn(python, [script, this.folder, String(this.port)]);
    this.process = child;
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const ended = once(child, 'close');
    await Promise.race([once(child.stdout, 'data'), ended]);
    if (child.exitCode !== null) throw new Error(`Swift did not start: ${errors}`);
  }

  /** Sends a signal: SIGSTOP freezes the server, SIGCONT continues it. */
  signal(name: NodeJS.Signals): void {
    this.process?.kill(name);
  }

  /** Kills the server, and keeps its data. */
  async kill(): Promise<void> {
    if (this.process?.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'close');
    this.process.kill('SIGKILL');
    await ended;
  }

  /** Kills the server, and deletes its data. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true });
  }

  private request(method: string, path: string): Promise<Response> {
    const client = new AwsClient({ ...credentials, service: 's3', region: 'us-east-1' });
    return client.fetch(`http://127.0.0.1:${this.port}/${bucket}${path}`, { method });
  }
}

function install(): void {
  const apt = (...options: string[]) => spawnSync('apt-get', options, { stdio: 'ignore' }).status === 0;
  apt('update');
  const packages = ['swift-proxy', 'swift-account', 'swift-container', 'swift-object'];
  if (!apt('install', '-y', '--no-install-recommends', ...packages))
    throw new Error(
      'Install swift-proxy, swift-account, swift-container and swift-object, which the tests need',
    );
}
