/** The most critical code, each part with the tests that must kill its mutants: `MUTATE=policy npm run mutation`. */
const parts = {
  policy: {
    mutate: ['src/tickets/transition-policy.ts'],
    tests: ['src/tickets/transition-policy.spec.ts'],
  },
  cursors: { mutate: ['src/api/cursors.ts'], tests: ['src/api/cursors.spec.ts'] },
  leases: {
    mutate: ['src/cache/{redis-store,memory-store,redis}.ts'],
    tests: ['test/e2e/cache.stores.e2e-spec.ts'],
  },
  herds: {
    mutate: ['src/cache/{single-flight,cache-view,cache-keeper,ticket-cache}.ts'],
    tests: ['src/cache', 'test/support/simulation'],
  },
  idempotency: {
    mutate: ['src/idempotency/idempotency.{service,repository}.ts'],
    tests: ['test/e2e/requests.idempotency.e2e-spec.ts', 'test/e2e/auth.tokens.e2e-spec.ts'],
  },
  feed: {
    mutate: [
      'src/events/{feed.service,events.repository,event.sql,feed-cursor,feed-tail,record-event.sql}.ts',
    ],
    tests: [
      'src/events',
      'test/e2e/events.feed.e2e-spec.ts',
      'test/e2e/events.retention.e2e-spec.ts',
      'test/e2e/events.streams.e2e-spec.ts',
    ],
    // Without the slow tests.
    only: '^(?!A client that|A thousand|A stream without)',
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
  // The build contains all mutants; each test run activates one.
  buildCommand: 'nest build',
  concurrency: 4,
  timeoutMS: 20_000,
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `coverage/mutation-${process.env.MUTATE ?? 'policy'}.json` },
  clearTextReporter: { allowColor: false, reportTests: false, reportScoreTable: true },
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['.data', 'coverage', 'dist'],
};
