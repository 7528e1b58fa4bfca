import { TokenService } from '../src/auth/token.service.js';
import { readEnvironment } from '../src/config/read-environment.js';
import type { LoadGenerator } from './measure.js';
import type { Results } from './report.js';
import type { Stores } from './servers.js';
import { launch, service, stop } from './targets.js';

/** Rounds until three processes that have just started reach their full speed. */
const warmUpRounds = 2;

/** Rounds beyond those of the comparison, because the differences are small. */
const extraRounds = 2;

/** Measures the cost of log lines and tokens: alternates the service without them, with log lines, and with both. */
export async function measureOverhead(
  load: LoadGenerator,
  { environment }: Stores,
  plan: { rounds: number; seconds: number },
): Promise<Results['overhead']> {
  const variants = {
    'without log': await launch(service, { ...environment, LOG_LEVEL: 'warn' }),
    'with log': await launch(service, environment),
    'with log and tokens': await launch(service, { ...environment, AUTH_REQUIRED: 'true' }),
  };
  const claims = { subject: 'bench', scope: 'tickets:write' };
  const token = await new TokenService(readEnvironment(environment)).sign(claims, 3_600);
  const authorization = `Bearer ${token}`;
  const overhead: Results['overhead'] = {};
  for (const scenario of ['GET cached', 'POST ticket, JSON']) {
    const measured = new Map<string, number[]>();
    for (let round = -warmUpRounds; round < plan.rounds + extraRounds; round++) {
      for (const [name, { url }] of Object.entries(variants)) {
        const { perSecond } = await load.run({ scenario, url, seconds: plan.seconds, authorization });
        if (round >= 0) measured.set(name, [...(measured.get(name) ?? []), perSecond]);
      }
    }
    overhead[scenario] = Object.fromEntries([...measured].map(([name, runs]) => [name, median(runs)]));
  }
  await Promise.all(Object.values(variants).map(({ process }) => stop(process)));
  return overhead;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
