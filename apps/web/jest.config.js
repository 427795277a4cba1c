const { createCjsPreset } = require('jest-preset-angular/presets');
const { moduleNameMapper } = require('../../jest.preset.js');

/** Published as ES modules only; jest runs CommonJS, so they are turned. */
const ESM_ONLY = [
  '.*\\.mjs$',
  '@angular/',
  'tslib',
  'markdown-it',
  'linkify-it',
  'mdurl',
  'uc\\.micro',
  'entities',
  'punycode\\.js',
  'lucide-static',
];

const preset = createCjsPreset({ tsconfig: `${__dirname}/tsconfig.spec.json` });

module.exports = {
  ...preset,
  displayName: 'web',
  // A busy machine may take its time: what hangs is found all the same.
  testTimeout: 30_000,
  rootDir: '.',
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  setupFilesAfterEnv: ['<rootDir>/src/app/testing/setup-jest.ts'],
  transformIgnorePatterns: [`node_modules/(?!(${ESM_ONLY.join('|')}))`],
  moduleNameMapper,
};
