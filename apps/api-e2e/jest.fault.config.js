/** What takes minutes and hurts: kills and floods. */
module.exports = {
  ...require('./jest.config.js'),
  displayName: 'api-e2e fault',
  testMatch: ['<rootDir>/**/*.fault.ts'],
  testTimeout: 600_000,
  // Each file has folders, ports and servers of its own; none measures time.
  maxWorkers: 2,
};
