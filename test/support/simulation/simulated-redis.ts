import { CacheStore, NotPrimary, type CacheEntry, type Eviction } from '../../../src/cache/ports.js';
import type { SimulatedProcess } from './process.js';
import type { RedisServer } from './servers.js';

const confirmMs = 50;
const askIntervalMs = 100;

interface Connection {
  server: RedisServer;
  isUp: boolean;
}

/** The store of src/cache/redis-store.ts, with its connection, on a simulated server. */
export class SimulatedRedis extends CacheStore {
  name: string | undefined;
  private connection: Connection | undefined;

  constructor(private readonly process: SimulatedProcess) {
    super();
  }

  override async read(key: string, lease: string): Promise<CacheEntry | boolean> {
    return this.command((server) => {
      const found = server.data.get(this.process.servers.storedKey(key));
      if (found === undefined && server.isPrimary)
        server.data.set(this.process.servers.storedKey(key), { lease });
      if (found && 'version' in found) return { etag: `"${found.version}"`, body: '' };
      return found === undefined;
    }, this.process.servers.rules.readIsWrite);
  }

  override async fill(key: string, lease: string, { etag }: CacheEntry): Promise<void> {
    const { rules } = this.process.servers;
    await this.command((server) => {
      const found = server.data.get(this.process.servers.storedKey(key));
      if (rules.lease && !(found && 'lease' in found && found.lease === lease)) return;
      server.data.set(this.process.servers.storedKey(key), { version: Number(etag.slice(1, -1)) });
    });
  }

  override async evict(evictions: Eviction[]): Promise<void> {
    const { rules } = this.process.servers;
    if (!rules.evicts) return;
    const evicted = this.command((server) => {
      for (const [key, version] of evictions) {
        const found = server.data.get(this.process.servers.storedKey(key));
        if (found && !('version' in found && found.version >= version))
          server.data.delete(this.process.servers.storedKey(key));
      }
    });
    await (rules.confirms ? evicted : evicted.catch(() => undefined));
  }

  /** Only erasures call it, which the simulation does not have. */
  override deleteOthers(): Promise<void> {
    return Promise.resolve();
  }

  /** Loses the connection. */
  drop(): void {
    if (!this.connection?.isUp) return;
    this.connection.isUp = false;
    this.name = undefined;
    this.process.resume(this.process.servers.time.between(0.5, 15), () => {
      this.connect();
    });
  }

  isOn(server: RedisServer): boolean {
    return this.connection?.server === server;
  }

  connect(): void {
    const { time, redis, rules } = this.process.servers;
    if (this.process.cutUntil > time.now || !redis.current.isAlive) {
      this.process.resume(time.between(5, 100), () => {
        this.connect();
      });
      return;
    }
    const known = this.connection?.server.name;
    this.connection = { server: redis.current, isUp: true };
    if (rules.askAtConnect || known === undefined) this.ask();
    else this.name = known;
  }

  /** Asks who the server is, again and again. */
  askAgain(): void {
    this.ask();
    this.process.resume(askIntervalMs, () => {
      this.askAgain();
    });
  }

  private ask(): void {
    if (!this.connection?.isUp || !this.process.servers.rules.askAtConnect) return;
    const answered = (name: string | undefined) => (this.name = name);
    void this.command((server) => (server.isPrimary ? server.name : undefined), false).then(
      answered,
      () => undefined,
    );
  }

  /** Sends a command on the connection of now; rejects if its answer takes longer than 50 ms. */
  private command<Result>(run: (server: RedisServer) => Result, isWrite = true): Promise<Result> {
    const { process } = this;
    const { time, rules } = process.servers;
    let connection = this.connection;
    return process
      .answer<Result>((resolve, reject) => {
        const lose = () => {
          if (connection?.isUp) this.drop();
          process.resume(0, () => {
            reject(() => new Error('The connection is lost'));
          });
        };
        // Goes on at the server, once it is reached and not frozen.
        const onServer = (act: (server: RedisServer) => void): void => {
          const again = (at: number) => {
            time.at(at, () => {
              onServer(act);
            });
          };
          if (!rules.sameConnection && this.connection?.isUp) ({ connection } = this);
          if (!connection?.isUp && !rules.sameConnection) again(time.now + 1);
          else if (!connection?.isUp || !connection.server.isAlive) lose();
          else if (process.cutUntil > time.now && time.random() < 0.6)
            time.after(time.between(20, 200), lose);
          else if (process.cutUntil > time.now) again(process.cutUntil + time.random());
          else if (connection.server.frozenUntil > time.now)
            again(connection.server.frozenUntil + time.random());
          else act(connection.server);
        };
        // One turn later, because the socket is read once more.
        process.resume(confirmMs, () => {
          process.resume(0.001, () => {
            reject(() => new Error('No answer'));
          });
        });
        time.after(time.delay(), () => {
          onServer((server) => {
            const isRefused = isWrite && !server.isPrimary;
            const result = isRefused ? undefined : run(server);
            time.after(time.delay(), () => {
              onServer(() => {
                process.resume(0, () => {
                  if (isRefused) reject(() => new NotPrimary('READONLY'));
                  else resolve(result as Result);
                });
              });
            });
          });
        });
      })
      .catch((error: unknown) => {
        if (!(error instanceof NotPrimary)) this.name = undefined;
        throw error;
      });
  }
}
