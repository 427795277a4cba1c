module.exports = {
  ...require('../../jest.preset.js'),
  displayName: 'api-e2e',
  rootDir: 'src',
  testTimeout: 120_000,
};
