import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A redis-server of one's own on the loopback, which can be killed, and started again. It saves only when it is told to. */
export class RedisServer {
  /**
   * @param {number} port
   * @param {Record<string, string | number>} settings what redis.conf would say besides
   */
  constructor(port, settings) {
    this.port = port;
    this.settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', ...settings };
  }

  /** Starts it; it begins with what it has saved. */
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

  /** Ends it where it stands; resolves once it is gone. */
  async kill() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}
