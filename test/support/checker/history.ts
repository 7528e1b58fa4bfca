/** One call as a client saw it: when it began and ended, which version of which thing it wrote or was shown. */
export interface Call {
  kind: 'read' | 'write';
  key: string;
  begin: number;
  end: number;
  version: number;
}

/** A read that began after a write was acknowledged, and shows an older version. */
export interface StaleRead {
  read: Call;
  /** The newest version acknowledged before the read began. */
  acknowledged: Call;
  /** How long before the read began that write had been acknowledged, in milliseconds. */
  staleMs: number;
}

/**
 * Finds every stale read in what clients recorded, from all of them by one clock. Versions of a key only rise, so a read
 * is stale if and only if some write that ended before it began has a higher version than it shows.
 */
export function findStaleReads(calls: Call[]): StaleRead[] {
  return [...groupByKey(calls).values()].flatMap(staleReadsOfKey);
}

function staleReadsOfKey(calls: Call[]): StaleRead[] {
  const writes = calls.filter(({ kind }) => kind === 'write').sort((a, b) => a.end - b.end);
  const reads = calls.filter(({ kind }) => kind === 'read').sort((a, b) => a.begin - b.begin);
  const stale: StaleRead[] = [];
  let next = 0;
  const acknowledged: Call[] = [];
  for (const read of reads) {
    for (let write = writes[next]; write && write.end < read.begin; write = writes[++next]) {
      // Kept in the order of versions: of two writes the older may be acknowledged later.
      if (write.version > (acknowledged.at(-1)?.version ?? 0)) acknowledged.push(write);
    }
    const newest = acknowledged.at(-1);
    if (!newest || read.version >= newest.version) continue;
    // It has been stale since the first acknowledgement of anything newer than what it shows.
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
