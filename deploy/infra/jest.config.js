module.exports = {
  testEnvironment: 'node',
  // The CDK repeats its warnings at each synthesis; tests look for those that count.
  silent: true,
  testTimeout: 120_000,
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  transform: {
    '^.+\\.[tj]s$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
  },
  moduleFileExtensions: ['ts', 'js', 'json'],
};
