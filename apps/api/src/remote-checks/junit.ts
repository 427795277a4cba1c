import type { CheckReport } from '../cli/doctor/runner';

/**
 * The reports as JUnit XML, which CI services show as tests.
 * @param suite its name, and the class of each test
 */
export function renderJunit(suite: string, reports: readonly CheckReport[]): string {
  const count = (verdict: CheckReport['verdict']): number =>
    reports.filter((report) => report.verdict === verdict).length;
  const attributes = attributesOf({
    name: suite,
    tests: reports.length,
    failures: count('failure'),
    errors: 0,
    skipped: count('skipped'),
    time: seconds(reports.reduce((sum, { ms }) => sum + ms, 0)),
  });
  const cases = reports.map((report) => testCase(suite, report));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite${attributes}>\n${cases.join('\n')}\n</testsuite>\n`;
}

function testCase(suite: string, { name, ms, verdict, message, cause, fix }: CheckReport): string {
  const open = `  <testcase${attributesOf({ classname: suite, name, time: seconds(ms) })}>`;
  const why = [cause && `cause: ${cause}`, fix && `fix: ${fix}`].filter(Boolean).join('\n');
  return `${open}${bodyOf(verdict, message, why)}</testcase>`;
}

function bodyOf(verdict: CheckReport['verdict'], message: string, why: string): string {
  switch (verdict) {
    case 'failure':
      return `<failure${attributesOf({ message })}>${escaped(why)}</failure>`;
    case 'skipped':
      return `<skipped${attributesOf({ message })}/>`;
    case 'warning':
      return `<system-out>${escaped(`warning: ${message}\n${why}`)}</system-out>`;
    case 'ok':
      return `<system-out>${escaped(message)}</system-out>`;
  }
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

function attributesOf(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('');
}

/** What XML 1.0 has no place for even escaped: control characters, and halves of surrogate pairs. */
const NO_XML =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const escaped = (text: string): string =>
  text
    .replace(NO_XML, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
