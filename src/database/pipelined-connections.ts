import pg, { type Client, type ClientConfig, type QueryConfig } from 'pg';

/** Enough to keep several cores of PostgreSQL busy; few enough for statements to travel together. */
const maxConnections = 3;

/**
 * Connections that many requests use at once. Each sends its statement without waiting for the answers to those before
 * it (the pipeline mode of PostgreSQL's protocol), so that under load several share a packet and a system call.
 *
 * The answers come in the order of the statements. So this is for short reads only: a statement that waits, for a lock
 * or for the disk as every commit does, would keep those behind it waiting too.
 * @see https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
 */
export class PipelinedConnections {
  private readonly connections = new Map<number, Promise<Client>>();
  private turn = 0;

  constructor(private readonly options: ClientConfig) {}

  /** Runs a statement on one of them, in turns. Where a connection is lost, its statements fail and the next makes it anew. */
  async query(statement: QueryConfig): Promise<object[]> {
    this.turn = (this.turn + 1) % maxConnections;
    const client = await (this.connections.get(this.turn) ?? this.connect(this.turn));
    return (await client.query<object>(statement)).rows;
  }

  /** Ends them all; a statement that comes after that makes them anew. */
  async end(): Promise<void> {
    const connections = [...this.connections.values()];
    this.connections.clear();
    await Promise.allSettled(connections.map(async (connection) => (await connection).end()));
  }

  private connect(turn: number): Promise<Client> {
    const client = new pg.Client({ ...this.options, pipeline: true });
    const connection = client.connect().then(() => client);
    const forget = () => {
      if (this.connections.get(turn) === connection) this.connections.delete(turn);
    };
    client.on('error', forget).on('end', forget);
    connection.catch(forget);
    this.connections.set(turn, connection);
    return connection;
  }
}
