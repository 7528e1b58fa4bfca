import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { eventually } from '../eventually.js';
import { freePort } from '../../../src/database/free-port.js';

/** haproxy in front of replicas; it forwards requests only to ready ones. */
export class Haproxy {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  /** @param ports ports of the replicas on the loopback interface */
  static async start(ports: number[]): Promise<Haproxy> {
    const port = await freePort();
    const file = join(mkdtempSync(join(tmpdir(), 'ticket-proxy-')), 'haproxy.cfg');
    writeFileSync(file, configuration(port, ports));
    const process = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'inherit'] });
    await Promise.race([
      once(process, 'spawn'),
      once(process, 'error').then(() =>
        Promise.reject(new Error('Install haproxy: apt-get install haproxy')),
      ),
    ]);
    const proxy = new Haproxy(process, `http://127.0.0.1:${port}`);
    await eventually(() => proxy.hasReplica());
    return proxy;
  }

  /** Tests if haproxy listens and has a ready replica. */
  private hasReplica(): Promise<boolean> {
    return fetch(`${this.url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
  }
}

/** Three failed readiness checks take a replica out of rotation; requests in progress continue. */
function configuration(port: number, replicas: number[]): string {
  const servers = replicas.map(
    (replica, n) => `  server replica${n} 127.0.0.1:${replica} check inter 100ms fall 3 rise 1`,
  );
  return `
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  timeout check 1s
  option redispatch
frontend clients
  bind 127.0.0.1:${port}
  default_backend replicas
backend replicas
  balance roundrobin
  option httpchk GET /health/ready
${servers.join('\n')}
`;
}
