import nx from '@nx/eslint-plugin';
import angular from 'angular-eslint';
import tseslint from 'typescript-eslint';

/** Only these files may read the environment: everything else gets its slice of the parsed config. */
const READS_ENVIRONMENT = [
  'apps/api/src/config/**',
  'apps/api/src/main.ts',
  'apps/api/src/cli/**',
  'apps/api/src/database/data-source.ts',
  '**/*.spec.ts',
  '**/*.swift.ts',
  '**/*.aiosmtpd.ts',
  'apps/*-e2e/**',
  'libs/testing/**',
  '**/*.config.ts',
];

export default [
  {
    ignores: [
      '**/dist',
      '**/node_modules',
      '**/.nx',
      '**/.angular',
      '**/coverage',
      '**/test-output',
      'libs/api-client/src/api.generated.ts',
    ],
  },
  ...nx.configs['flat/base'],
  ...tseslint.configs.recommended.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          depConstraints: [
            {
              sourceTag: 'scope:api',
              onlyDependOnLibsWithTags: ['type:capability', 'type:testing'],
              bannedExternalImports: ['@angular/*', '@aws-sdk/*'],
            },
            {
              sourceTag: 'scope:web',
              onlyDependOnLibsWithTags: ['type:api-client'],
              bannedExternalImports: ['@nestjs/*', 'typeorm', '@aws-sdk/*'],
            },
            {
              sourceTag: 'scope:e2e',
              onlyDependOnLibsWithTags: ['type:testing', 'type:api-client', 'scope:api'],
            },
            {
              sourceTag: 'type:capability',
              onlyDependOnLibsWithTags: ['type:testing'],
              bannedExternalImports: ['@angular/*', 'typeorm'],
            },
            { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:testing'] },
            { sourceTag: 'type:api-client', onlyDependOnLibsWithTags: [] },
            {
              sourceTag: 'scope:bench',
              onlyDependOnLibsWithTags: ['scope:api', 'type:capability', 'type:testing'],
            },
          ],
        },
      ],
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only apps/api/src/config reads the environment.' },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  { files: READS_ENVIRONMENT, rules: { 'no-restricted-properties': 'off' } },
  { files: ['**/*.spec.ts', '**/*.contract.ts', 'apps/*-e2e/**/*.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['apps/api/src/cli/**/*.ts', 'apps/*-e2e/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  { files: ['**/*.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  ...angular.configs.tsRecommended.map((config) => ({ ...config, files: ['apps/web/**/*.ts'] })),
  {
    files: ['apps/web/**/*.ts'],
    processor: angular.processInlineTemplates,
    rules: {
      '@angular-eslint/component-selector': [
        'error',
        { type: 'element', prefix: 'desk', style: 'kebab-case' },
      ],
      '@angular-eslint/directive-selector': [
        'error',
        { type: 'attribute', prefix: 'desk', style: 'camelCase' },
      ],
      '@angular-eslint/prefer-on-push-component-change-detection': 'error',
      '@angular-eslint/component-class-suffix': 'off',
      '@angular-eslint/directive-class-suffix': 'off',
    },
  },
  ...[...angular.configs.templateRecommended, ...angular.configs.templateAccessibility].map((config) => ({
    ...config,
    files: ['apps/web/**/*.html'],
  })),
];
