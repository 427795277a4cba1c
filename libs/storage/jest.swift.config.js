/** The contract on OpenStack Swift's S3, which tools/ci/with-swift.mjs starts: `nx run storage:swift`. */
module.exports = {
  ...require('./jest.config.js'),
  displayName: 'storage on Swift',
  testMatch: ['<rootDir>/**/*.swift.ts'],
};
