/** Releases onto a stand-in for the machine on AWS, one after another: each of them is under load, and takes both cores. */
module.exports = {
  ...require('../../jest.preset.js'),
  displayName: 'deploy-e2e',
  rootDir: 'src',
  globalSetup: '<rootDir>/harness/global-set-up.ts',
  globalTeardown: '<rootDir>/harness/global-tear-down.ts',
  // Those want no machine: jest.scripts.config.js.
  testPathIgnorePatterns: ['<rootDir>/scripts/'],
  testTimeout: 600_000,
  maxWorkers: 1,
};
