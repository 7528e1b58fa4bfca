/**
 * Leaves out the tests that do not apply if TEST_TOPOLOGY puts pgbouncer between the service and PostgreSQL; docs/testing.md
 * gives the reasons.
 */
const notThroughPooler = {
  testPathIgnorePatterns: ['/node_modules/', 'migrations\\.locks'],
  testNamePattern: '^(?!A thundering herd|A start that must fail .* PostgreSQL)',
};

/** @type {import('jest').Config} */
export default {
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts', '**/*.e2e-spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  // The sources import each other by the names of the compiled files.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  setupFiles: ['reflect-metadata'],
  testEnvironment: '<rootDir>/test/support/environment.js',
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  // On a busy machine a start of the service takes up to a minute. Tests of durations have limits of their own.
  testTimeout: 120_000,
  // One worker more than there are cores on a small machine: most tests spend their time waiting.
  maxWorkers: 3,
  // A server in the process of a failed test would keep the run from ending.
  forceExit: true,
  ...(/^(pooler|all)$/.test(process.env.TEST_TOPOLOGY ?? '') && notThroughPooler),
};
