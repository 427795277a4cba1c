/** Says in a few lines which browser journeys failed and why, after all that was printed about them. Called by .ci/run. */
import { readFileSync } from 'node:fs';

const REPORT = new URL('../test-output/web-e2e/report.json', import.meta.url);
const LINES = 12;
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

const { suites, errors } = JSON.parse(readFileSync(REPORT, 'utf8'));
const specs = suites.flatMap(function specsOf(suite) {
  return [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];
});
const failed = specs
  .filter(({ ok }) => !ok)
  .map(({ title, tests }) => ({
    title,
    errors: tests.flatMap(({ results }) => results.flatMap((result) => result.errors)),
  }));
for (const { title, errors: causes } of [
  ...failed,
  ...errors.map((error) => ({ title: 'Playwright', errors: [error] })),
]) {
  process.stdout.write(`\n✗ ${title}\n`);
  for (const { message = '', location } of causes) {
    const words = message.replace(COLOURS, '').trim().split('\n').slice(0, LINES);
    process.stdout.write(
      `    ${words.join('\n    ')}\n${location ? `    at ${location.file}:${location.line}\n` : ''}`,
    );
  }
}
