import { parseArgs } from 'node:util';

import { checkEquivalence } from './equivalence.js';
import { LoadGenerator, measure, type Run } from './measure.js';
import { measureOverhead } from './overhead.js';
import { goals, table, write, type Measurement, type Measurements, type Results } from './report.js';
import { scenarios, type Scenario } from './scenarios.js';
import { Servers } from './servers.js';
import { baselines, otherBuild, service, Target } from './targets.js';

const { values: options } = parseArgs({
  options: {
    /** One short round. */
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    /** Folder of another checkout, whose build is measured beside the service. */
    against: { type: 'string' },
    /** Clients of each run, 32 by default. */
    clients: { type: 'string' },
    /** Measures only scenarios whose names contain this. */
    only: { type: 'string', default: '' },
    /** Measures the baselines even with --against. */
    all: { type: 'boolean', default: false },
  },
});

const plan = {
  rounds: Number(options.rounds ?? (options.quick ? 1 : 3)),
  seconds: options.quick ? 1 : 2,
  // Code that V8 has not optimized yet takes up to five times as long.
  warmUpSeconds: options.quick ? 2 : 4,
  clients: options.clients === undefined ? undefined : Number(options.clients),
};
if (!Number.isInteger(plan.rounds) || plan.rounds < 1)
  throw new Error('--rounds must be a positive whole number');

/** Other runs must not replace the results of a complete one. */
const isComplete = !options.quick && options.only === '' && options.clients === undefined;

const programs = [
  service,
  ...(options.against === undefined ? [] : [otherBuild(options.against)]),
  ...(options.against === undefined || options.all ? baselines : []),
];

/** Measures a scenario against all targets in alternation, so that other load on the machine affects all of them. */
async function measureScenario(servers: Servers, load: LoadGenerator, targets: Target[], scenario: Scenario) {
  const run = (target: Target, seconds: number, rate?: number) =>
    measure({ servers, load }, target, scenario, {
      seconds,
      clients: plan.clients,
      ...(rate !== undefined && { rate }),
    });
  for (const target of targets) await run(target, plan.warmUpSeconds);
  const runs = new Map<Target, Run[]>(targets.map((target) => [target, []]));
  for (let round = 0; round < plan.rounds; round++) {
    // In the other order every second time, so that no target is always the first.
    for (const target of round % 2 === 0 ? targets : targets.toReversed())
      runs.get(target)?.push(await run(target, plan.seconds));
  }
  const measurements: Measurements = {};
  for (const [target, atFull] of runs) {
    const measurement = summary(atFull);
    const { median } = measurement.perSecond;
    if (!options.quick) measurement.half = await run(target, plan.seconds, median / 2);
    measurements[target.name] = measurement;
  }
  return measurements;
}

/** Returns the median run, for an even number the upper one of the middle two, and the range of all. */
function summary(runs: Run[]): Measurement {
  const sorted = runs.toSorted((a, b) => a.perSecond - b.perSecond);
  const median = sorted[Math.floor(sorted.length / 2)];
  if (!median) throw new Error('There is no run to summarise');
  const [min = median, max = median] = [sorted[0], sorted.at(-1)];
  return { perSecond: { median: median.perSecond, min: min.perSecond, max: max.perSecond }, full: median };
}

async function measureAll(servers: Servers, load: LoadGenerator, targets: Target[]): Promise<Results> {
  const measured: Results['measured'] = {};
  for (const scenario of scenarios.filter(({ name }) => name.includes(options.only))) {
    await checkEquivalence(scenario, targets);
    measured[scenario.name] = await measureScenario(servers, load, targets, scenario);
    console.log(scenario.name);
  }
  const memoryMb = Object.fromEntries(targets.map(({ name, memoryMb }) => [name, memoryMb]));
  return { measured, memoryMb, overhead: {} };
}

const servers = await Servers.start();
const load = LoadGenerator.start();
try {
  const targets: Target[] = [];
  for (const [n, program] of programs.entries())
    targets.push(await Target.start(servers, program, { number: n + 1 }));
  const results = await measureAll(servers, load, targets);
  console.table(table(results));
  console.log('The service logs every request, as by default; the baselines write no log.');
  console.log('Memory after the runs, in MB:', results.memoryMb);
  if (options.against === undefined) {
    console.table(goals(results));
    const [{ stores }] = targets as [Target];
    if (options.only === '') results.overhead = await measureOverhead(load, stores, plan);
    console.table(results.overhead);
    if (isComplete) write(results);
  }
  await Promise.all(targets.map((target) => target.stop()));
} finally {
  load.stop();
  await servers.stop();
}
