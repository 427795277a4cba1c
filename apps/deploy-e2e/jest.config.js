/**
 * Releases onto stand-ins for the machine on AWS, three files at a time: each has machines of its own, and waits more than it
 * works.
 */
module.exports = {
  ...require('../../jest.preset.js'),
  displayName: 'deploy-e2e',
  rootDir: 'src',
  globalSetup: '<rootDir>/harness/global-set-up.ts',
  globalTeardown: '<rootDir>/harness/global-tear-down.ts',
  // Those want no machine: jest.scripts.config.js.
  testPathIgnorePatterns: ['<rootDir>/scripts/'],
  testTimeout: 1_200_000,
  maxWorkers: 3,
};
