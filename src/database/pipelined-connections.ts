import pg, { type Client, type ClientConfig, type QueryConfig } from 'pg';

/** Number that keeps several cores of PostgreSQL busy, while statements still share packets. */
const maxConnections = 3;

/**
 * Connections that many requests share. Each request sends its statement without waiting for earlier results (pipeline
 * mode of PostgreSQL's protocol), so that under load several statements share a packet and a system call.
 *
 * Results arrive in the order of the statements, so only short reads may run here: a statement that waits for a lock, or
 * for the disk as every commit does, would delay those behind it.
 * @see https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
 */
export class PipelinedConnections {
  private readonly connections = new Map<number, Promise<Client>>();
  private turn = 0;

  constructor(private readonly options: ClientConfig) {}

  /** Runs a statement on the next connection. When a connection is lost its statements fail, and the next call reconnects. */
  async query(statement: QueryConfig): Promise<object[]> {
    this.turn = (this.turn + 1) % maxConnections;
    const client = await (this.connections.get(this.turn) ?? this.connect(this.turn));
    return (await client.query<object>(statement)).rows;
  }

  /** Closes all connections; a later statement opens new ones. */
  async end(): Promise<void> {
    const connections = [...this.connections.values()];
    this.connections.clear();
    await Promise.allSettled(connections.map(async (connection) => (await connection).end()));
  }

  private connect(turn: number): Promise<Client> {
    const client = new pg.Client({ ...this.options, pipeline: true });
    const connection = client.connect().then(() => client);
    const remove = () => {
      if (this.connections.get(turn) === connection) this.connections.delete(turn);
    };
    client.on('error', remove).on('end', remove);
    connection.catch(remove);
    this.connections.set(turn, connection);
    return connection;
  }
}
