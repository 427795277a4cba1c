/** The contract on somebody else's SMTP server, Debian's python3-aiosmtpd: `nx run mail:smtp`. */
module.exports = {
  ...require('./jest.config.js'),
  displayName: 'mail to aiosmtpd',
  testMatch: ['<rootDir>/**/*.aiosmtpd.ts'],
};
