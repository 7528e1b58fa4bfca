/*
 * Proves that webhooks lose nothing: every endpoint receives every event, the events of a ticket in the order of its versions, and
 * an event twice only around a kill, although receivers and replicas are killed.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { Api, aComment, json, median, times } from '../api.js';
import { eventually } from '../eventually.js';
import { connect, createStores } from '../servers.js';
import { Service } from '../service.js';
import { waitForNumbers } from '../transactions.js';
import { WebhookReceiver, type ReceivedWebhook } from '../webhook-receiver.js';

/** Variables of a service that may call the receivers of a test, and tries again soon. */
const webhookEnvironment = {
  WEBHOOK_HOSTS: '127.0.0.0/8',
  WEBHOOK_RETRY_SCHEDULE: Array.from({ length: 40 }, () => '0.5').join(','),
};

/** What one endpoint received. */
interface WebhookFindings {
  received: number;
  /** Events that it did not receive. */
  missed: number;
  /** Events that came first after a later one of their ticket. */
  outOfOrder: number;
  /** Requests for an event that had been received before. */
  doubles: number;
}

/** An endpoint whose receiver can be killed and comes back on the same port. */
class Endpoint {
  readonly received: ReceivedWebhook[] = [];
  private constructor(private receiver: WebhookReceiver) {
    this.listen();
  }

  static async start(): Promise<Endpoint> {
    return new Endpoint(await WebhookReceiver.start());
  }

  get url(): string {
    return this.receiver.url;
  }

  async restart(): Promise<void> {
    const { port } = this.receiver;
    await this.receiver.kill();
    await sleep(200);
    this.receiver = await WebhookReceiver.start(port);
    this.listen();
  }

  stop(): Promise<void> {
    return this.receiver.kill();
  }

  private listen(): void {
    this.receiver.answer = (request, response) => {
      this.received.push(request);
      response.writeHead(204).end();
    };
  }
}

/** Compares what an endpoint received with the ids of all events. */
function checkReceived(received: ReceivedWebhook[], written: string[]): WebhookFindings {
  const seen = new Set<string>();
  const versions = new Map<number, number>();
  const findings = { received: received.length, missed: 0, outOfOrder: 0, doubles: 0 };
  for (const { id, event } of received) {
    const { ticket_id: ticket, version } = event.data;
    if (seen.has(id)) findings.doubles++;
    else if (version !== (versions.get(ticket) ?? 0) + 1) findings.outOfOrder++;
    seen.add(id);
    versions.set(ticket, Math.max(version, versions.get(ticket) ?? 0));
  }
  findings.missed = written.filter((id) => !seen.has(id)).length;
  return findings;
}

/**
 * Writes events through two replicas while three endpoints receive them. Until all are written, a receiver is killed every
 * `receiverKillMs`, and a replica every `replicaKillMs` with `signal`.
 */
export async function sendWebhooks(size: {
  events: number;
  tickets: number;
  receiverKillMs: number;
  replicaKillMs: number;
  signal: NodeJS.Signals;
}) {
  const stores = await createStores();
  const start = () => Service.start({ stores, environment: webhookEnvironment });
  const replicas = [await start(), await start()];
  const api = (n: number) => new Api(replicas[n % replicas.length]?.url ?? '');
  const endpoints = await times(3, () => Endpoint.start());
  for (const { url } of endpoints) await api(0).send('POST', '/webhook', json(JSON.stringify({ url })));

  const ids = await times(size.tickets, async (n) => (await api(n).createTicket()).body.id);
  let [left, isWritten, kills] = [size.events - size.tickets, false, 0];
  const every = async (ms: number, kill: (n: number) => Promise<unknown>) => {
    for (let n = 0; !isWritten; n++) {
      await sleep(ms);
      await kill(n);
      kills++;
    }
  };
  const killing = Promise.all([
    every(size.receiverKillMs, (n) => endpoints[n % 3]?.restart() ?? Promise.resolve()),
    every(size.replicaKillMs, async (n) => {
      await replicas[n % 2]?.stop(size.signal);
      replicas[n % 2] = await start();
    }),
  ]);
  const begun = performance.now();
  await times(16, async (writer) => {
    for (let turn = writer; left > 0; turn += 15) {
      left--;
      const { status } = await api(turn)
        .comment(ids[turn % ids.length] ?? 0, aComment)
        .catch(() => ({ status: 0 }));
      if (status === 201) continue;
      left++;
      // Its replica may be starting again.
      await sleep(50);
    }
  });
  isWritten = true;
  await killing;
  await waitForNumbers(stores.database);
  const database = await connect(stores.database);
  const { rows } = await database.query<{ id: string }>(`SELECT number || '-' || tag AS id FROM event`);
  const written = rows.map(({ id }) => id);
  const isComplete = ({ received }: Endpoint) => new Set(received.map(({ id }) => id)).size >= written.length;
  await eventually(() => endpoints.every(isComplete), 600_000, 100).catch(() => undefined);
  const seconds = (performance.now() - begun) / 1_000;
  // Nothing is left over in the tables, and nothing comes later.
  await sleep(1_500);
  const pending = await database.query(`SELECT 1 FROM webhook_delivery WHERE state = 'pending'`);
  await database.end();
  await Promise.all([
    ...replicas.map((replica) => replica.stop()),
    ...endpoints.map((endpoint) => endpoint.stop()),
  ]);
  const findings = endpoints.map(({ received }) => checkReceived(received, written));
  return { events: written.length, kills, pending: pending.rows.length, findings, seconds };
}

/** Measures the delay from the response to a creation until the event arrives, in milliseconds, and the deliveries of a backlog a second. */
export async function measureWebhooks(size: { events: number; backlog: number }) {
  const service = await Service.start({ environment: webhookEnvironment });
  const api = new Api(service.url);
  const endpoints = await times(3, () => Endpoint.start());
  const [first] = endpoints;
  for (const { url } of endpoints) await api.send('POST', '/webhook', json(JSON.stringify({ url })));
  const delays: number[] = [];
  for (let n = 1; n <= size.events; n++) {
    const { id } = (await api.createTicket()).body;
    const at = performance.now();
    const find = () => first?.received.find(({ event }) => event.data.ticket_id === id);
    await eventually(() => find() !== undefined, 10_000, 1);
    delays.push((find()?.at ?? 0) - at);
    await sleep(30);
  }
  const database = await connect(service.stores.database);
  await database.query(
    `INSERT INTO event (type, ticket_id, version, at, data)
     SELECT 'ticket.created', 1000000 + n, 1, now(), '{}' FROM generate_series(1, $1) AS n`,
    [size.backlog],
  );
  const begun = performance.now();
  await eventually(
    () => endpoints.every(({ received }) => received.length >= size.events + size.backlog),
    180_000,
    20,
  );
  const seconds = (performance.now() - begun) / 1_000;
  await database.end();
  await service.stop();
  await Promise.all(endpoints.map((endpoint) => endpoint.stop()));
  const sorted = delays.toSorted((a, b) => a - b);
  const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Infinity;
  return { p50: median(delays), p99, deliveriesPerSecond: (size.backlog * endpoints.length) / seconds };
}
