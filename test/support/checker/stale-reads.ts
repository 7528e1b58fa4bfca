/*
 * Proves that a cache never returns stale data: versions of a ticket only rise, so a read is stale if and only if a write
 * that was acknowledged before the read began has a higher version than the read returned. An event that a client of the feed
 * received acknowledges its version too.
 */

/** One request as its client recorded it, by one clock for all clients. */
export interface Call {
  kind: 'read' | 'write' | 'event';
  /** Identifies the ticket. */
  key: string;
  begin: number;
  end: number;
  /** Version that was read, or that was written at least. */
  version: number;
}

/** A read that began after the acknowledgement of a write and returned an older version. */
export interface StaleRead {
  read: Call;
  /** The newest write, or event, acknowledged before the read began. */
  acknowledged: Call;
  /** Time from the first acknowledgement of a newer version to the begin of the read. */
  staleMs: number;
}

/** Finds all stale reads in a recording. */
export function findStaleReads(calls: Call[]): StaleRead[] {
  return [...groupByKey(calls).values()].flatMap(findStaleReadsOfKey);
}

function findStaleReadsOfKey(calls: Call[]): StaleRead[] {
  const writes = calls.filter(({ kind }) => kind !== 'read').sort((a, b) => a.end - b.end);
  const reads = calls.filter(({ kind }) => kind === 'read').sort((a, b) => a.begin - b.begin);
  const stale: StaleRead[] = [];
  let next = 0;
  const acknowledged: Call[] = [];
  for (const read of reads) {
    for (let write = writes[next]; write && write.end < read.begin; write = writes[++next]) {
      // Sorted by version: the older of two writes may be acknowledged later.
      if (write.version > (acknowledged.at(-1)?.version ?? 0)) acknowledged.push(write);
    }
    const newest = acknowledged.at(-1);
    if (!newest || read.version >= newest.version) continue;
    // The version that was read became stale with the first acknowledgement of a newer one.
    const first = acknowledged.find(({ version }) => version > read.version) ?? newest;
    stale.push({ read, acknowledged: newest, staleMs: read.begin - first.end });
  }
  return stale;
}

function groupByKey(calls: Call[]): Map<string, Call[]> {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const group = groups.get(call.key);
    if (group) group.push(call);
    else groups.set(call.key, [call]);
  }
  return groups;
}
