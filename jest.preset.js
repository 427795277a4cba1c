/** What every Node-side project's jest.config.js starts from: SWC, the workspace's path aliases, ESM-only packages transformed. */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const { paths } = JSON.parse(readFileSync(join(__dirname, 'tsconfig.base.json'), 'utf8')).compilerOptions;

// Of Node 20 it says so at each import, which buries what a test has to say.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** Published as ES modules only; jest runs CommonJS, so SWC turns them. */
const ESM_ONLY = [
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer/inflate',
  '@borewit/text-codec',
  'markdown-it',
  'linkify-it',
  'mdurl',
  'uc.micro',
  'entities',
  'punycode.js',
];

module.exports = {
  testEnvironment: 'node',
  // A busy machine may take its time: what hangs is found all the same.
  testTimeout: 30_000,
  testMatch: ['<rootDir>/**/*.spec.ts'],
  transform: { '^.+\\.m?[tj]s$': '@swc/jest' },
  transformIgnorePatterns: [`/node_modules/(?!(${ESM_ONLY.join('|')})/)`],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json'],
  ...(process.env.CI && { reporters: ['default', join(__dirname, 'tools/ci/jest-failures.cjs')] }),
  moduleNameMapper: Object.fromEntries(
    Object.entries(paths).map(([alias, [target]]) => [`^${alias}$`, join(__dirname, target)]),
  ),
};
