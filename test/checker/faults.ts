import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { createClient } from '@redis/client';

import { freePort } from '../../src/database/free-port.js';
import { Gate } from '../support/gate.js';

/** A Redis of its own for each replica to meet through a gate of its own, so that a test can do to it what it likes. */
export class FaultyRedis {
  private process!: ChildProcess;
  readonly gates: Gate[] = [];

  private constructor(private readonly port: number) {}

  /** Starts the server, and as many gates to it. */
  static async start(gates: number): Promise<FaultyRedis> {
    const redis = new FaultyRedis(await freePort());
    await redis.launch();
    for (let n = 0; n < gates; n++) redis.gates.push(await Gate.to(redis.port));
    return redis;
  }

  /** Where a replica finds it. */
  url(replica: number): string {
    return `redis://127.0.0.1:${this.gates[replica]?.port ?? 0}`;
  }

  /** Runs a command past the gates. */
  async command(...parts: string[]): Promise<void> {
    const client = createClient({ url: `redis://127.0.0.1:${this.port}` });
    client.on('error', () => undefined);
    await client.connect();
    await client.sendCommand(parts).finally(() => client.disconnect());
  }

  async launch(): Promise<void> {
    const settings = { port: String(this.port), bind: '127.0.0.1', save: '', appendonly: 'no' };
    const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    this.process = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    while (!output.includes('Ready to accept connections')) {
      const [chunk] = (await once(this.process.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
      output += chunk.toString();
    }
    this.process.stdout?.resume();
  }

  async kill(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  async stop(): Promise<void> {
    await Promise.all(this.gates.map((gate) => gate.close()));
    await this.kill();
  }
}

/** What is done to Redis while a load runs: once at its begin, and again and again until it ends. */
export interface Fault {
  name: string;
  begin?: (redis: FaultyRedis) => Promise<void>;
  again?: (redis: FaultyRedis) => Promise<void>;
}

/** The faults that the checker looks for stale reads under. */
export const faults: Fault[] = [
  { name: 'no fault' },
  {
    name: 'FLUSHALL storms',
    again: async (redis) => {
      await redis.command('FLUSHALL');
      await sleep(20);
    },
  },
  {
    name: 'eviction under a tiny maxmemory',
    begin: async (redis) => {
      await redis.command('CONFIG', 'SET', 'maxmemory', '2500kb');
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random');
    },
    again: async (redis) => {
      // Memory that others need, so that what the service keeps is evicted all the time.
      await redis.command('SET', `other:${Math.random()}`, 'x'.repeat(50_000)).catch(() => undefined);
      await sleep(5);
    },
  },
  {
    name: 'added latency',
    begin: (redis) => {
      redis.gates.forEach((gate, n) => {
        gate.latencyMs = 2 + n * 5;
      });
      return Promise.resolve();
    },
  },
  {
    name: 'connections reset',
    again: async (redis) => {
      const gate = redis.gates[Math.floor(Math.random() * redis.gates.length)];
      gate?.reset();
      await sleep(300 + Math.random() * 1_000);
    },
  },
  {
    name: 'Redis killed and restarted',
    again: async (redis) => {
      await sleep(1_500);
      await redis.kill();
      await sleep(Math.random() * 1_000);
      await redis.launch();
      await sleep(1_500);
    },
  },
  {
    name: 'Redis stopped and continued',
    again: async (redis) => {
      await sleep(1_500);
      redis.signal('SIGSTOP');
      await sleep(Math.random() * 1_500);
      redis.signal('SIGCONT');
      await sleep(1_000);
    },
  },
];
