import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

import { calls, type Call } from './calls.js';
import { canPin, targets, type Name } from './targets.js';
import type { Run } from './measure.js';
import { chart } from './chart.js';

/** What was measured of a call at a contestant. */
export interface Measured {
  perSecond: { median: number; min: number; max: number };
  full: Run;
  half?: Run;
}

/** All that a run of the bench has found. */
export interface Results {
  measured: Record<string, Record<Name, Measured>>;
  /** Requests a second by call, without and with lines of the log and tokens. */
  safety: Record<string, Record<string, number>>;
  memoryMb: Record<Name, number>;
}

const names = Object.keys(targets) as Name[];
const folder = 'bench/results';

/** Where it was measured. */
function machine() {
  const [cpu] = cpus();
  return {
    node: process.version,
    cpu: cpu?.model.trim() ?? '',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    placement: canPin
      ? 'server on the first core, load on the second, PostgreSQL and Redis wherever there is room'
      : 'all wherever there is room',
  };
}

/** How many times the throughput of a baseline the service has. */
export function ratio(of: Record<Name, Measured>, baseline: Name): number {
  return Math.round((of.service.perSecond.median / of[baseline].perSecond.median) * 100) / 100;
}

/** The table that is printed: a row for each call and contestant. */
export function table({ measured }: Results): object[] {
  return Object.entries(measured).flatMap(([call, of]) =>
    names.map((name) => {
      const { perSecond, full, half } = of[name];
      return {
        call,
        who: name,
        'requests/s': perSecond.median,
        spread: `${perSecond.min}-${perSecond.max}`,
        'p50 p99 ms': `${full.p50} ${full.p99}`,
        'at half': half ? `${half.p50} ${half.p99}` : '',
        'CPU us': full.cpuUs,
        SQL: full.statements,
        'service is': name === 'service' ? '' : `${ratio(of, name)} x`,
      };
    }),
  );
}

/** Which aims were met. */
export function aims({ measured }: Results): object[] {
  return calls.flatMap((call: Call) =>
    Object.entries(call.aims).map(([baseline, aim]) => {
      const of = measured[call.name];
      const reached = of ? ratio(of, baseline as Name) : 0;
      return { call: call.name, baseline, aim, reached, met: reached >= aim };
    }),
  );
}

/** Keeps the results as JSON and as a chart. */
export function write(results: Results): void {
  mkdirSync(folder, { recursive: true });
  const all = { machine: machine(), aims: aims(results), ...results };
  writeFileSync(`${folder}/latest.json`, `${JSON.stringify(all, undefined, 2)}\n`);
  const rows = Object.entries(results.measured).map(([call, of]) => ({
    call,
    values: names.map((name) => of[name].perSecond.median),
  }));
  writeFileSync(`${folder}/latest.svg`, chart(names, rows));
}
