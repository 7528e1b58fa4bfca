import { crc32 } from 'node:zlib';

/**
 * How many parts the keys are divided into. A script may use no keys of two nodes, so those of a part are kept together,
 * with a generation of their own; and there are enough parts for the nodes to have about as many each.
 */
const parts = 256;

/** Where something is kept: its own key, and that of the generation it belongs to. */
export interface CacheKey {
  key: string;
  generation: string;
}

/** The keys in Redis. What stands in braces decides which node of a Redis Cluster has a key. */
export class RedisKeys {
  /** The keys of all generations: with these gone, nothing that is kept counts any more. */
  readonly generations: readonly string[];

  /** @param prefix what all keys of this service begin with */
  constructor(private readonly prefix: string) {
    this.generations = Array.from({ length: parts }, (_, part) => this.generationOf(part));
  }

  /** The place of a key of the cache. */
  locate(key: string): CacheKey {
    const part = crc32(key) % parts;
    return { key: `${this.prefix}{${part}}${key}`, generation: this.generationOf(part) };
  }

  private generationOf(part: number): string {
    return `${this.prefix}{${part}}generation`;
  }
}
