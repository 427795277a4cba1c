/** Every test of the API on PostgreSQL: the database of each desk is a copy of one that was migrated once. */
const { join } = require('node:path');

const setUp = join(__dirname, '../../libs/testing/src/postgres/jest-global-setup.ts');
const tearDown = join(__dirname, '../../libs/testing/src/postgres/jest-global-teardown.ts');

module.exports = {
  ...require('./jest.config.js'),
  displayName: 'api on PostgreSQL',
  globalSetup: setUp,
  globalTeardown: tearDown,
};
