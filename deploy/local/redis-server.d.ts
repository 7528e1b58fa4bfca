/** Types of redis-server.js. */
export class RedisServer {
  constructor(port: number, settings?: Record<string, string | number>);
  readonly port: number;
  launch(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  kill(): Promise<void>;
}
