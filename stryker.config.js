/**
 * The parts that everything else relies on, each with the tests that must notice any change of it:
 *   MUTATE=policy npm run mutation
 */
const parts = {
  policy: {
    mutate: ['src/tickets/transition-policy.ts'],
    tests: ['src/tickets/transition-policy.spec.ts'],
  },
  cursors: { mutate: ['src/api/cursors.ts'], tests: ['src/api/cursors.spec.ts'] },
  leases: {
    mutate: ['src/cache/{lease-scripts,redis-response-cache,memory-response-cache}.ts'],
    tests: ['test/e2e/cache.leases.e2e-spec.ts', 'test/e2e/cache.lateness.e2e-spec.ts'],
  },
  herds: {
    mutate: ['src/cache/{single-flight,circuit-breaker,deadline}.ts'],
    tests: ['src/cache'],
  },
  idempotency: {
    mutate: ['src/idempotency/idempotency.{service,repository}.ts'],
    tests: ['test/e2e/requests.idempotency.e2e-spec.ts', 'test/e2e/auth.tokens.e2e-spec.ts'],
  },
  feed: {
    mutate: ['src/events/{feed.service,feed.repository,feed-cursor,feed-tail,record-event.sql}.ts'],
    tests: [
      'src/events',
      'test/e2e/events.feed.e2e-spec.ts',
      'test/e2e/events.retention.e2e-spec.ts',
      'test/e2e/events.streams.e2e-spec.ts',
    ],
    // Without those that wait for long.
    only: '^(?!A client|A thousand|A stream that has nothing)',
  },
};

const { mutate, tests, only = '' } = parts[process.env.MUTATE ?? 'policy'];

/** @type {import('@stryker-mutator/core').StrykerOptions} */
export default {
  mutate,
  testRunner: 'command',
  commandRunner: {
    command: `npm run -s jest -- --runInBand --bail ${tests.join(' ')} --testNamePattern '${only}'`,
  },
  // All mutants are in what is built; each run of the tests wakes one.
  buildCommand: 'nest build',
  concurrency: 4,
  timeoutMS: 20_000,
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `coverage/mutation-${process.env.MUTATE ?? 'policy'}.json` },
  clearTextReporter: { allowColor: false, reportTests: false, reportScoreTable: true },
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['.data', 'coverage', 'dist'],
};
