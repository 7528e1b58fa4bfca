/** Types of patroni.js. */
interface Node {
  name: string;
  port: number;
}

export class PatroniCluster {
  static start(): Promise<PatroniCluster>;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  switchOver(): Promise<void>;
  killPrimary(): Promise<Node>;
  launch(node: Node): void;
  waitUntilHealthy(other?: string): Promise<string>;
  state(): Promise<{ leader: string | undefined }>;
  stop(): Promise<void>;
}
