import { defineConfig } from '@playwright/test';
import { join } from 'node:path';

const OUTPUT = join(__dirname, '../../test-output');
const isCi = process.env['CI'] === 'true';

/**
 * `E2E_PLATFORM=aws` runs the journeys as on AWS, with PostgreSQL, Redis, nginx and servers of our own for the rest.
 * `CHROMIUM_PATH` names the browser where it is not Debian's; `DIST_DIR` the built product, `dist/apps` unless set.
 */
export default defineConfig({
  testDir: './src',
  globalSetup: './set-up.config.ts',
  outputDir: join(OUTPUT, 'web-e2e/results'),
  reporter: [
    ['list'],
    ['html', { outputFolder: join(OUTPUT, 'web-e2e/report'), open: 'never' }],
    ['json', { outputFile: join(OUTPUT, 'web-e2e/report.json') }],
  ],
  // Each worker runs a server and a browser of its own.
  workers: 2,
  fullyParallel: true,
  forbidOnly: isCi,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  // Apart, so that what the journeys write is on no picture.
  projects: [
    { name: 'journeys', testIgnore: /pages\.spec/ },
    { name: 'pages', testMatch: /pages\.spec/, use: { trace: 'off' } },
  ],
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1440, height: 900 },
    // Nothing moves while it is looked at, and nothing depends on how long a motion takes.
    contextOptions: { reducedMotion: 'reduce' },
    actionTimeout: 15_000,
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
