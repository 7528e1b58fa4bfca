import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureInstalled } from './debian-package.js';
import { eventually } from './eventually.js';

const program = '/usr/sbin/nginx';

/** nginx in front of a service, with compression: under /api, and under /cached with a cache for every status. */
export class Nginx {
  private constructor(private readonly process: ChildProcess) {}

  /**
   * @param port the port to listen on
   * @param service the URL of the service
   */
  static async start(port: number, service: string): Promise<Nginx> {
    ensureInstalled('nginx', program);
    const folder = mkdtempSync(join(tmpdir(), 'ticket-nginx-'));
    // The workers of a master that is root run as another user.
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'nginx.conf'), configuration(port, service));
    const options = ['-p', folder, '-c', 'nginx.conf', '-g', 'daemon off;'];
    const process = spawn(program, options, { stdio: ['ignore', 'ignore', 'inherit'] });
    await eventually(() =>
      fetch(`http://127.0.0.1:${port}/api/health/live`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    return new Nginx(process);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
  }
}

function configuration(port: number, service: string): string {
  const folders = ['proxy', 'client_body', 'fastcgi', 'uwsgi', 'scgi'];
  return `
pid nginx.pid;
error_log stderr;
worker_processes 1;
events {}
http {
  access_log off;
  ${folders.map((name) => `${name}_temp_path ${name};`).join('\n  ')}
  proxy_cache_path cache keys_zone=answers:1m;
  gzip on;
  gzip_types application/json;
  gzip_proxied any;
  gzip_min_length 1;
  server {
    listen 127.0.0.1:${port};
    proxy_http_version 1.1;
    location /api/ {
      proxy_pass ${service}/;
    }
    location /cached/ {
      proxy_pass ${service}/;
      proxy_cache answers;
      proxy_cache_valid any 1m;
      add_header X-Proxy-Cache $upstream_cache_status always;
    }
  }
}
`;
}
