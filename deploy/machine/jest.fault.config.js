/** What needs programs of the machine: nginx, systemd's, logrotate, PM2. */
module.exports = {
  ...require('./jest.config.js'),
  displayName: 'machine fault',
  testMatch: ['<rootDir>/**/*.fault.ts'],
  testTimeout: 120_000,
  maxWorkers: 1,
};
