import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A redis-server process on the loopback interface that can be killed and started again. It saves only on command. */
export class RedisServer {
  /**
   * @param {number} port
   * @param {Record<string, string | number>} settings further directives of redis.conf
   */
  constructor(port, settings = {}) {
    this.port = port;
    this.settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', ...settings };
  }

  /** Starts the process with the data it has saved, if any; resolves once it accepts connections. */
  async launch() {
    const options = Object.entries(this.settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.process = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface(this.process.stdout)) {
      if (line.includes('Ready to accept connections')) break;
    }
    this.process.stdout.resume();
  }

  /** @param {NodeJS.Signals} name */
  signal(name) {
    this.process.kill(name);
  }

  /** Kills the process without saving; resolves once it has ended. */
  async kill() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}
