import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Installs a package of Debian unless its file exists. */
export function ensureInstalled(name: string, file: string): void {
  if (existsSync(file)) return;
  const apt = (...options: string[]) => spawnSync('apt-get', options, { stdio: 'ignore' }).status === 0;
  apt('update');
  if (!apt('install', '-y', '--no-install-recommends', name))
    throw new Error(`Install ${name}, which the tests need at ${file}`);
}
