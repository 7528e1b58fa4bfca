import 'reflect-metadata';

import { TokenService } from '../src/auth/token.service.js';
import { readEnvironment } from '../src/config/read-environment.js';
import { calls, type Call } from './calls.js';
import { Target, targets, launch, stop, type Name } from './targets.js';
import { checkEquivalence } from './equivalence.js';
import { Load, measure, type Plan, type Run } from './measure.js';
import { aims, table, write, type Measured, type Results } from './report.js';
import { Servers } from './servers.js';

const isQuick = process.argv.includes('--quick');
const plan: Plan = isQuick
  ? { rounds: 1, seconds: 1, warmUpSeconds: 0.3 }
  : { rounds: 3, seconds: 2, warmUpSeconds: 1 };

const names = Object.keys(targets) as Name[];

/** Measures a call at all contestants in turns, so that what the machine does meanwhile meets them alike. */
async function measureCall(servers: Servers, load: Load, all: Target[], call: Call) {
  const runs = new Map<Name, Run[]>(names.map((name) => [name, []]));
  const run = (contestant: Target, seconds: number, rate?: number) =>
    measure({ servers, load }, contestant, call, { seconds, ...(rate !== undefined && { rate }) });
  for (const contestant of all) await run(contestant, plan.warmUpSeconds);
  for (let round = 0; round < plan.rounds; round++) {
    for (const contestant of all) runs.get(contestant.name)?.push(await run(contestant, plan.seconds));
  }
  const measured: [Name, Measured][] = [];
  for (const contestant of all) {
    const full = summary(runs.get(contestant.name) ?? []);
    const half = isQuick ? {} : { half: await run(contestant, plan.seconds, full.perSecond.median / 2) };
    measured.push([contestant.name, { ...full, ...half }]);
  }
  return Object.fromEntries(measured) as Record<Name, Measured>;
}

/** The run in the middle, and how far the others are from it. */
function summary(runs: Run[]): Measured {
  const sorted = runs.toSorted((a, b) => a.perSecond - b.perSecond);
  const median = sorted[Math.floor(sorted.length / 2)];
  if (!median) throw new Error('Nothing was measured');
  const [min = median, max = median] = [sorted[0], sorted.at(-1)];
  return { perSecond: { median: median.perSecond, min: min.perSecond, max: max.perSecond }, full: median };
}

/** How many rounds bring three processes that have just begun to their speed. */
const warmUps = 2;

/** What lines of the log, and tokens besides, cost: the same service in turns, without, with the one and with both. */
async function measureSafety(load: Load, { stores }: Target): Promise<Results['safety']> {
  const { environment } = stores;
  const logged = { ...environment, LOG_LEVEL: 'info' };
  const variants = {
    'without log': await launch('service', environment),
    'with log': await launch('service', logged),
    'with log and tokens': await launch('service', { ...logged, AUTH_REQUIRED: 'true' }),
  };
  const claims = { subject: 'bench', scope: 'tickets:write' };
  const token = await new TokenService(readEnvironment(environment)).sign(claims, 3_600);
  const authorization = `Bearer ${token}`;
  const safety: Results['safety'] = {};
  for (const call of ['GET cached', 'POST ticket, JSON']) {
    const seen = new Map<string, number[]>();
    for (let round = -warmUps; round < plan.rounds + 2; round++) {
      for (const [name, { url }] of Object.entries(variants)) {
        const { perSecond } = await load.run({ call, url, seconds: plan.seconds, authorization });
        if (round >= 0) seen.set(name, [...(seen.get(name) ?? []), perSecond]);
      }
    }
    safety[call] = Object.fromEntries([...seen].map(([name, runs]) => [name, middle(runs)]));
  }
  await Promise.all(Object.values(variants).map(({ process }) => stop(process)));
  return safety;
}

function middle(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const servers = await Servers.start();
const load = Load.start();
try {
  const all: Target[] = [];
  for (const [n, name] of names.entries()) all.push(await Target.start(servers, name, n + 1));
  const measured: Results['measured'] = {};
  for (const call of calls) {
    await checkEquivalence(call, all);
    measured[call.name] = await measureCall(servers, load, all, call);
    console.log(call.name);
  }
  const memoryMb = Object.fromEntries(all.map(({ name, memoryMb }) => [name, memoryMb]));
  const results: Results = { measured, safety: {}, memoryMb: memoryMb as Record<Name, number> };
  write(results);
  console.table(table(results));
  console.table(aims(results));
  console.log('Memory after the runs, in MB:', memoryMb);
  const [service] = all;
  if (service) results.safety = await measureSafety(load, service);
  console.table(results.safety);
  write(results);
  await Promise.all(all.map((contestant) => contestant.stop()));
} finally {
  load.stop();
  await servers.stop();
}
