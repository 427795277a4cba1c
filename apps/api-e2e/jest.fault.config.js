/** What takes minutes and hurts: kills and floods. */
module.exports = {
  ...require('./jest.config.js'),
  displayName: 'api-e2e fault',
  testMatch: ['<rootDir>/**/*.fault.ts'],
  testTimeout: 600_000,
  maxWorkers: 1,
};
