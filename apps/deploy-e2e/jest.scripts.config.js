/** What the scripts do without a machine: seconds, and nothing but bash and what a Linux brings along. */
module.exports = {
  ...require('../../jest.preset.js'),
  displayName: 'deploy-scripts',
  rootDir: 'src/scripts',
  testTimeout: 600_000,
};
