import type { CheckReport } from './runner';
import type { Verdict } from './check';

const WORDS: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  warning: 'warning',
  failure: 'FAILURE',
  skipped: 'skipped',
};
const COLOURS: Readonly<Record<Verdict, number>> = { ok: 32, warning: 33, failure: 31, skipped: 90 };

/** One line for each check, then cause and fix of what is not well. @param colour for a terminal that knows them */
export function renderTable(reports: readonly CheckReport[], colour: boolean): string {
  const width = Math.max(...reports.map(({ name }) => name.length));
  const lines = reports.flatMap((report) => linesOf(report, width, colour));
  return `${lines.join('\n')}\n\n${summaryOf(reports)}\n`;
}

function linesOf(
  { name, verdict, ms, message, cause, fix, guide }: CheckReport,
  width: number,
  colour: boolean,
) {
  const word = WORDS[verdict].padEnd(7);
  const painted = colour ? `\x1b[${COLOURS[verdict]}m${word}\x1b[0m` : word;
  const [first = '', ...more] = message.split('\n');
  const indent = ' '.repeat(width + 20);
  return [
    `  ${painted}  ${name.padEnd(width)}  ${`${ms} ms`.padStart(7)}  ${first}`,
    ...more.map((line) => `${indent}${line.trim()}`),
    ...(cause === undefined ? [] : [`${indent}cause: ${cause}`]),
    ...(fix === undefined ? [] : [`${indent}fix:   ${fix}`]),
    ...(guide === undefined || verdict !== 'failure' ? [] : [`${indent}guide: ${guide}`]),
  ];
}

function summaryOf(reports: readonly CheckReport[]): string {
  const count = (verdict: Verdict): number => reports.filter((report) => report.verdict === verdict).length;
  const failures = count('failure');
  const warnings = count('warning');
  const counts = `${count('ok')} ok, ${warnings} to look at, ${failures} failed, ${count('skipped')} skipped`;
  return `  ${failures > 0 ? 'Not well' : warnings > 0 ? 'Well, with something to look at' : 'All well'}: ${counts}`;
}

/** For programs; `ok` says what the exit code says. */
export function renderJson(
  reports: readonly CheckReport[],
  about: { url: string } & Readonly<Record<string, unknown>>,
): string {
  const ok = reports.every(({ verdict }) => verdict !== 'failure');
  return `${JSON.stringify({ ok, ...about, checks: reports }, null, 2)}\n`;
}
