import { execFileSync } from 'node:child_process';
import { arch, cpus, loadavg, totalmem } from 'node:os';
import { ContestantName, WHAT_IT_IS } from './contestants';
import { PINNED } from './cores';
import { CONNECTIONS, Connections, Figures, Measurements, Pace } from './measure';
import { SCENARIOS, ScenarioName } from './scenarios';

/** What one run of the bench found. */
export interface Findings {
  tickets: number;
  pace: Pace;
  measurements: Measurements;
  contestants: readonly ContestantName[];
  /** Milliseconds, of every start. */
  readyAfter: number[];
  scale: Scale | null;
}

/** Liftdesk alone on a small and a large desk. */
export interface Scale {
  small: number;
  large: number;
  measurements: Measurements;
}

/** How many times as good as another contestant. */
interface Comparison {
  perSecond: number;
  processor: number;
}

export interface Verdict {
  wanted: string;
  found: string;
  met: boolean;
}

const number = (value: number, digits = 0): string =>
  value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
const megabytes = (bytes: number): string => `${number(bytes / 1024 / 1024)} MB`;

export function verdicts({ measurements, readyAfter, scale, tickets }: Findings): Verdict[] {
  const list: Verdict[] = [];
  const compare = (scenario: ScenarioName, connections: Connections, to: ContestantName): Comparison => {
    const own = measurements.figures('liftdesk', scenario, connections);
    const other = measurements.figures(to, scenario, connections);
    return {
      perSecond: (own?.perSecond ?? NaN) / (other?.perSecond ?? NaN),
      processor: (other?.processor ?? NaN) / (own?.processor ?? NaN),
    };
  };
  const want = (wanted: string, least: number, comparisons: Comparison[]): void => {
    const all = (field: keyof Comparison) => comparisons.map((one) => number(one[field], 2)).join(' / ');
    const met = comparisons.every(({ perSecond }) => perSecond >= least);
    list.push({ wanted, found: `${all('perSecond')}; by processor time ${all('processor')}`, met });
  };
  for (const scenario of ['read', 'list'] as const) {
    const both = (to: ContestantName) => CONNECTIONS.map((connections) => compare(scenario, connections, to));
    want(`${scenario}, 1 / 16 connections: at least 1.5 × express as it comes`, 1.5, both('express'));
    want(`${scenario}, 1 / 16 connections: at least 0.6 × express cured`, 0.6, both('cured'));
  }
  want('create, 16 connections: at least 1.5 × express with a transaction a request', 1.5, [
    compare('create', 16, 'express'),
  ]);
  if (scale) {
    for (const scenario of ['list', 'search'] as const) {
      const ratios = CONNECTIONS.map((connections) => {
        const p50 = (size: number) =>
          scale.measurements.figures(String(size), scenario, connections)?.p50 ?? NaN;
        return p50(scale.large) / p50(scale.small);
      });
      list.push({
        wanted: `${scenario}, 1 / 16 connections: p50 at ${number(scale.large)} tickets within 2 × that at ${number(scale.small)}`,
        found: ratios.map((value) => number(value, 2)).join(' / '),
        met: ratios.every((value) => value <= 2),
      });
    }
  }
  const memory = measurements.highestMemory('liftdesk');
  list.push({
    wanted: 'under 150 MB resident under load',
    found: megabytes(memory),
    met: memory < 150 * 1024 * 1024,
  });
  const ready = [...readyAfter].sort((a, b) => a - b);
  const middle = ready[Math.floor(ready.length / 2)] ?? NaN;
  list.push({
    wanted: `ready in under 1 s on ${number(tickets)} tickets`,
    found: `${number(middle)} ms (of ${ready.length} starts: ${ready.map((ms) => number(ms)).join(', ')})`,
    met: middle < 1000,
  });
  return list;
}

export function toMarkdown(findings: Findings, loadBefore: number): string {
  const { tickets, pace, measurements, contestants, scale } = findings;
  const lines = [
    `## ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, commit ${commit()}`,
    '',
    `${cpus()[0]?.model ?? arch()} × ${cpus().length}, ${megabytes(totalmem())}, Node ${process.version}. ` +
      `${PINNED ? 'Servers on core 0, load on core 1.' : 'Not pinned to cores.'} ${pace.rounds} interleaved rounds of ${pace.seconds} s, medians. ` +
      `Load average before the run ${number(loadBefore, 1)}, after it ${number(loadavg()[0] ?? NaN, 1)}: ` +
      (loadBefore > 0.5
        ? 'other work ran beside it, so trust ratios, not digits.'
        : 'the machine was otherwise idle.'),
    '',
    '| wanted | found | |',
    '|---|---|---|',
    ...verdicts(findings).map(
      ({ wanted, found, met }) => `| ${wanted} | ${found} | ${met ? 'met' : '**missed**'} |`,
    ),
    '',
    `### ${number(tickets)} tickets`,
    '',
    ...contestants.map((name) => `- **${name}**: ${WHAT_IT_IS[name]}`),
    '',
    '| | connections | ' +
      contestants.map((name) => `${name}: req/s (p50 / p99 ms), processor µs`).join(' | ') +
      ' | ratio to express | to cured | to nest |',
    `|---|---|${contestants.map(() => '---|').join('')}---|---|---|`,
  ];
  for (const { name, what } of SCENARIOS) {
    for (const connections of CONNECTIONS) {
      const figures = (who: ContestantName) => measurements.figures(who, name, connections);
      const ratio = (who: ContestantName): string => {
        const [own, other] = [figures('liftdesk'), figures(who)];
        return own && other ? number(own.perSecond / other.perSecond, 2) : '';
      };
      const cells = contestants.map((who) => cell(figures(who)));
      lines.push(
        `| ${what} | ${connections} | ${cells.join(' | ')} | ${ratio('express')} | ${ratio('cured')} | ${ratio('nest')} |`,
      );
    }
  }
  lines.push(
    '',
    `Highest resident memory: ${contestants.map((who) => `${who} ${megabytes(measurements.highestMemory(who))}`).join(', ')}.`,
    '',
  );
  if (scale) lines.push(...scaleTable(scale));
  return `${lines.join('\n')}\n`;
}

function scaleTable({ small, large, measurements }: Scale): string[] {
  const lines = [
    `### Liftdesk at ${number(small)} and ${number(large)} tickets`,
    '',
    `| | connections | ${number(small)}: req/s (p50 / p99 ms), processor µs | ${number(large)}: the same | p50 large : small | processor |`,
    '|---|---|---|---|---|---|',
  ];
  for (const { name, what } of SCENARIOS) {
    for (const connections of CONNECTIONS) {
      const [few, many] = [small, large].map((size) => measurements.figures(String(size), name, connections));
      if (!few || !many) continue;
      lines.push(
        `| ${what} | ${connections} | ${cell(few)} | ${cell(many)} | ${number(many.p50 / few.p50, 2)} | ${number(many.processor / few.processor, 2)} |`,
      );
    }
  }
  return [...lines, ''];
}

const cell = (figures: Figures | null): string =>
  figures
    ? `${number(figures.perSecond)} (${number(figures.p50, 2)} / ${number(figures.p99, 1)}), ${number(figures.processor)}`
    : '';

function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  try {
    return (
      git('rev-parse', '--short', 'HEAD') +
      (git('status', '--porcelain', '--', 'apps', 'libs') ? ' with changes' : '')
    );
  } catch {
    return 'unknown';
  }
}
