module.exports = {
  testEnvironment: 'node',
  // The CDK repeats its warnings at each synthesis; tests look for those that count.
  silent: true,
  testTimeout: 120_000,
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  transform: {
    '^.+\\.[tj]s$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
        },
      },
    ],
  },
  // The product's own reader of its variables is tried on what a machine is told.
  moduleNameMapper: { '^@liftdesk/(\\w+)$': '<rootDir>/../../libs/$1/src/index.ts' },
  moduleFileExtensions: ['ts', 'js', 'json'],
};
