import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

import { chart } from './chart.js';
import type { Run } from './measure.js';
import { scenarios } from './scenarios.js';
import { canPin, type TargetName } from './targets.js';

/** Measurements of a scenario against one target: at full load (the median run) and at half of that. */
export interface Measurement {
  perSecond: { median: number; min: number; max: number };
  full: Run;
  half?: Run;
}

/** Measurements of a scenario by target. */
export type Measurements = Partial<Record<TargetName, Measurement>>;

/** Results of a run of the benchmark. */
export interface Results {
  /** By scenario. */
  measured: Record<string, Measurements>;
  memoryMb: Partial<Record<TargetName, number>>;
  /** Requests per second by scenario, without and with log lines and tokens. */
  overhead: Record<string, Record<string, number>>;
}

const folder = 'bench/results';

function machine() {
  const [cpu] = cpus();
  return {
    node: process.version,
    cpu: cpu?.model.trim() ?? '',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    placement: canPin
      ? 'server on the first core, load on the second, PostgreSQL and Redis on both'
      : 'all processes on all cores',
  };
}

/** Returns the throughput of the service as a multiple of another target's; undefined if either was not measured. */
function ratio({ service, ...others }: Measurements, name: Exclude<TargetName, 'service'>) {
  const other = others[name];
  return service && other && Math.round((service.perSecond.median / other.perSecond.median) * 100) / 100;
}

/** Returns a row for each scenario and target. */
export function table({ measured }: Results): object[] {
  return Object.entries(measured).flatMap(([scenario, measurements]) =>
    (Object.entries(measurements) as [TargetName, Measurement][]).map(([target, measurement]) => {
      const { perSecond, full, half } = measurement;
      return {
        scenario,
        target,
        'requests/s': perSecond.median,
        'min-max': `${perSecond.min}-${perSecond.max}`,
        'p50 p99 ms': `${full.p50} ${full.p99}`,
        'at half load': half ? `${half.p50} ${half.p99}` : '',
        'CPU us': full.cpuUs,
        'PostgreSQL us': full.postgresUs,
        SQL: full.statements,
        'service is': target === 'service' ? '' : `${ratio(measurements, target)} x`,
      };
    }),
  );
}

/** Compares the ratios with the goals of the scenarios. */
export function goals({ measured }: Results): object[] {
  return scenarios.flatMap(({ name, goals }) =>
    (Object.entries(goals) as [keyof typeof goals, number][]).flatMap(([baseline, goal]) => {
      const reached = ratio(measured[name] ?? {}, baseline);
      return reached === undefined
        ? []
        : [{ scenario: name, baseline, goal, reached, isMet: reached >= goal }];
    }),
  );
}

/** Writes the results as JSON and as a chart. Each major version of Node.js has its own files. */
export function write(results: Results): void {
  const [major] = process.versions.node.split('.');
  mkdirSync(folder, { recursive: true });
  const content = { machine: machine(), goals: goals(results), ...results };
  writeFileSync(`${folder}/node-${major}.json`, `${JSON.stringify(content, undefined, 2)}\n`);
  const names = Object.keys(Object.values(results.measured)[0] ?? {}) as TargetName[];
  const rows = Object.entries(results.measured).map(([scenario, measurements]) => ({
    scenario,
    values: names.map((name) => measurements[name]?.perSecond.median ?? 0),
  }));
  writeFileSync(`${folder}/node-${major}.svg`, chart(names, rows));
}
