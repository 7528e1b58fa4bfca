import { setTimeout as sleep } from 'node:timers/promises';

import { startRedisCluster } from '../../../deploy/local/redis-cluster.js';
import type { RedisServer } from '../../../deploy/local/redis-server.js';
import { eventually } from '../eventually.js';

/** After how long a master that does not answer is taken for lost. */
const nodeTimeoutMs = 1_000;

/** How long a failover and what follows may take, on a busy machine. */
const patienceMs = 20_000;

interface Shard {
  master: RedisServer;
  replica: RedisServer;
}

/** A Redis Cluster of its own, so that a test can do to its nodes what it likes. */
export class FaultyCluster {
  private frozen?: RedisServer | undefined;

  constructor(private readonly cluster: Awaited<ReturnType<typeof startRedisCluster>>) {}

  /** Where any replica of the service finds it. */
  environment(): Record<string, string> {
    return this.cluster.environment;
  }

  /** A master, and the node that would take its place. */
  anyShard(): Shard {
    const shards = this.shards();
    const shard = shards[Math.floor(Math.random() * shards.length)];
    if (!shard) throw new Error('No master has a replica');
    return shard;
  }

  /** The master that keeps a key, and its replica. */
  shardOf(key: string): Shard {
    const { nodes, cli } = this.cluster;
    const isKept = ({ master }: Shard) => !cli('-p', String(master.port), 'get', key).startsWith('MOVED');
    const shard = this.shards().find(isKept);
    if (!shard) throw new Error(`None of ${nodes.length} nodes keeps ${key}`);
    return shard;
  }

  /** Runs a command on a node. */
  tell(node: RedisServer, ...command: string[]): string {
    return this.cluster.cli('-p', String(node.port), ...command);
  }

  /** Resolves once another node has taken the place of this master. */
  async promoted(master: RedisServer): Promise<void> {
    await eventually(() => {
      const masters = this.lines().filter(({ isMaster }) => isMaster);
      return Promise.resolve(masters.length === 3 && masters.every(({ port }) => port !== master.port));
    }, patienceMs);
  }

  /** Stops a node, without a word to anybody. */
  freeze(node: RedisServer): void {
    this.frozen = node;
    node.signal('SIGSTOP');
  }

  /** Lets it go on. */
  thaw(): void {
    this.frozen?.signal('SIGCONT');
    this.frozen = undefined;
  }

  /** Lets a replica take over that has heard nothing of its master for so long; runs `meanwhile` when it begins not to. */
  async failOverLosing(ms: number, shard = this.anyShard(), meanwhile?: () => Promise<void>): Promise<void> {
    const { master, replica } = shard;
    this.freeze(replica);
    // What a frozen replica had been sent would still be there for it to read.
    this.tell(master, 'client', 'kill', 'type', 'replica');
    await meanwhile?.();
    await sleep(ms);
    await master.kill();
    this.thaw();
    await this.promoted(master);
    await master.launch();
  }

  /** Moves so many slots, with the keys in them, from one master to another. */
  moveSlots(count: number): void {
    const masters = this.lines().filter(({ isMaster }) => isMaster);
    const [from, to] = [...masters].sort(() => Math.random() - 0.5);
    if (!from || !to) throw new Error('There are no two masters');
    this.cluster.cli(
      ...['--cluster', 'reshard', `127.0.0.1:${from.port}`],
      ...['--cluster-from', from.id, '--cluster-to', to.id, '--cluster-slots', String(count)],
      '--cluster-yes',
    );
  }

  /** Resolves once all nodes agree that all is well. */
  async settled(): Promise<void> {
    await this.cluster.settled();
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
  }

  private shards(): Shard[] {
    const lines = this.lines();
    const nodeOn = (port: number) => this.cluster.nodes.find((node) => node.port === port);
    return lines.flatMap(({ masterId, port }) => {
      const master = nodeOn(lines.find(({ id }) => id === masterId)?.port ?? 0);
      const replica = nodeOn(port);
      return master && replica ? [{ master, replica }] : [];
    });
  }

  /** What the first node that answers knows of all. */
  private lines() {
    for (const node of this.cluster.nodes.filter((each) => each !== this.frozen)) {
      try {
        return this.tell(node, 'cluster', 'nodes').trim().split('\n').map(parseNode);
      } catch {
        // It is the one that was killed.
      }
    }
    throw new Error('No node answers');
  }
}

/** Starts a cluster that is quick to miss a master. */
export async function startCluster(): Promise<FaultyCluster> {
  return new FaultyCluster(await startRedisCluster(nodeTimeoutMs));
}

/** @see https://redis.io/docs/latest/commands/cluster-nodes/ */
function parseNode(line: string) {
  const [id = '', address = '', flags = '', masterId = ''] = line.split(' ');
  const port = Number(/:(\d+)@/.exec(address)?.[1]);
  const isMaster = flags.includes('master') && !flags.includes('fail');
  return { id, port, isMaster, masterId };
}
