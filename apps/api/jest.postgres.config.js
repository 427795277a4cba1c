/**
 * The API's tests on PostgreSQL: the database of each desk is a copy of one that was migrated once. `npm run test:postgres` runs
 * those that import testing/test-database.ts, by whatever way: to all others PostgreSQL is nothing. Some alone, by their names:
 * `npx jest -c apps/api/jest.postgres.config.js tickets`.
 */
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

const setUp = join(__dirname, '../../libs/testing/src/postgres/jest-global-setup.ts');
const tearDown = join(__dirname, '../../libs/testing/src/postgres/jest-global-teardown.ts');

/** Open a desk, and look at it by HTTP from outside, of which smoke.spec.ts does enough on PostgreSQL. */
const LOOK_FROM_OUTSIDE = [
  'smoke/smoke-faults.spec.ts',
  'security-audit/outside.spec.ts',
  'security-audit/tls.spec.ts',
];

module.exports = {
  ...require('./jest.config.js'),
  displayName: 'api on PostgreSQL',
  globalSetup: setUp,
  globalTeardown: tearDown,
  testPathIgnorePatterns: LOOK_FROM_OUTSIDE.map((path) => `<rootDir>/${path}`),
  // Each desk has a database of its own; the server takes 200 connections.
  maxWorkers: Math.min(6, availableParallelism()),
};
