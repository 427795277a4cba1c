import { Command } from 'commander';
import { deepStrictEqual } from 'node:assert';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { Contestant, ContestantName, startExpress, startLiftdesk, startNest } from './contestants';
import { copyOfDesk } from './desks';
import { Pace, Runner, measure } from './measure';
import { ROOT, RUN } from './paths';
import { Findings, Scale, toMarkdown, verdicts } from './report';
import { SCENARIOS, ScenarioName, record } from './scenarios';

interface Options {
  quick?: true;
  million?: true;
  profile?: ScenarioName;
  only?: ScenarioName;
  rounds?: string;
  seconds?: string;
}

const RESULTS = join(ROOT, 'bench/RESULTS.md');
const STARTS = 5;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function bench({ quick, million, only, rounds, seconds }: Options): Promise<void> {
  const loadBefore = loadavg()[0] ?? NaN;
  const pace: Pace = {
    rounds: Number(rounds ?? (quick ? 1 : 5)),
    seconds: Number(seconds ?? (quick ? 1 : 2)),
  };
  const tickets = quick ? 10_000 : 100_000;
  const scenarios = SCENARIOS.filter(({ name }) => only === undefined || name === only);
  say(`Measuring at ${tickets} tickets`);
  const compared = await compare(tickets, pace, scenarios);
  const scale = quick || only ? null : await compareSizes(10_000, million ? 1_000_000 : 100_000, pace);
  const findings: Findings = { ...compared, tickets, pace, scale };
  const report = toMarkdown(findings, loadBefore);
  say(`\n${report}`);
  if (quick || only) return;
  const before = existsSync(RESULTS)
    ? readFileSync(RESULTS, 'utf8')
    : '# Results\n\nNewest first; made by `npm run bench`.\n\n';
  const at = before.indexOf('\n## ') === -1 ? before.length : before.indexOf('\n## ') + 1;
  writeFileSync(RESULTS, `${before.slice(0, at)}${report}\n${before.slice(at)}`);
  say(
    `Written to bench/RESULTS.md; ${verdicts(findings).filter(({ met }) => !met).length} of the wanted figures missed`,
  );
}

async function compare(
  tickets: number,
  pace: Pace,
  scenarios: typeof SCENARIOS,
): Promise<Omit<Findings, 'tickets' | 'pace' | 'scale'>> {
  const desks = {
    liftdesk: copyOfDesk(tickets, 'liftdesk'),
    express: copyOfDesk(tickets, 'express'),
    cured: copyOfDesk(tickets, 'cured'),
  };
  // All read the same tickets.
  for (const desk of Object.values(desks)) desk.ticketIds = desks.liftdesk.ticketIds;
  const readyAfter = scenarios.length === SCENARIOS.length ? await starts(desks.liftdesk) : [];
  const running: Contestant[] = [];
  try {
    const liftdesk = await startLiftdesk(desks.liftdesk);
    running.push(liftdesk);
    const answers = await record(liftdesk, desks.liftdesk);
    for (const name of ['express', 'cured'] as const) {
      const contestant = await startExpress(desks[name], name);
      running.push(contestant);
      const { created: _, ...theirs } = await record(contestant, desks[name]);
      const { created: __, ...ours } = answers;
      deepStrictEqual(theirs, ours, `${name} does not answer what Liftdesk answers`);
    }
    running.splice(1, 0, await startNest(answers));
    const runners: Runner[] = running.map((contestant) => ({
      label: contestant.name,
      contestant,
      desk: contestant.name === 'nest' ? desks.liftdesk : desks[contestant.name],
    }));
    const contestants: ContestantName[] = running.map(({ name }) => name);
    return { measurements: await measure(runners, scenarios, pace, say), contestants, readyAfter };
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()));
  }
}

async function starts(desk: ReturnType<typeof copyOfDesk>): Promise<number[]> {
  const times: number[] = [];
  // The first start leaves V8's code cache behind and does not count.
  for (let start = 0; start <= STARTS; start += 1) {
    const { server } = await startLiftdesk(desk);
    if (start > 0) times.push(server.readyAfter);
    else await new Promise((resolve) => setTimeout(resolve, 6_000));
    await server.stop();
  }
  say(`  ready after ${times.map((ms) => Math.round(ms)).join(', ')} ms`);
  return times;
}

/** Liftdesk alone on a small and a large desk, in turn. */
async function compareSizes(small: number, large: number, pace: Pace): Promise<Scale> {
  say(`Comparing ${small} and ${large} tickets`);
  const runners: Runner[] = [];
  try {
    for (const [index, size] of [small, large].entries()) {
      const desk = copyOfDesk(size, `liftdesk-${size}`);
      runners.push({ label: String(size), contestant: await startLiftdesk(desk, 5471 + index), desk });
    }
    return { small, large, measurements: await measure(runners, SCENARIOS, pace, say) };
  } finally {
    await Promise.all(runners.map(({ contestant }) => contestant.server.stop()));
  }
}

/** Leaves a CPU profile of Liftdesk under one kind of load in tmp/bench/run/profile. */
async function profile(name: ScenarioName, quick: boolean): Promise<void> {
  const desk = copyOfDesk(quick ? 10_000 : 100_000, 'liftdesk');
  const contestant = await startLiftdesk(desk, undefined, true);
  try {
    const scenarios = SCENARIOS.filter((scenario) => scenario.name === name);
    const runner = { label: 'liftdesk', contestant, desk };
    const found = await measure([runner], scenarios, { rounds: 1, seconds: 8 }, say);
    for (const connections of [1, 16] as const)
      say(JSON.stringify(found.figures('liftdesk', name, connections)));
  } finally {
    await contestant.server.stop();
  }
}

const scenarioNames = SCENARIOS.map(({ name }) => name).join(', ');

new Command('bench')
  .description('measure the built product beside bare servers that give the same answers')
  .option('--quick', '10,000 tickets, one short round: does it run at all?')
  .option('--million', 'compare 10,000 tickets with 1,000,000 instead of 100,000')
  .option('--rounds <number>', 'interleaved rounds; 5 unless given, 1 when quick')
  .option('--seconds <number>', 'of load at a time; 2 unless given, 1 when quick')
  .option('--only <scenario>', `one of ${scenarioNames}; nothing is written down`)
  .option('--profile <scenario>', `CPU profile of the product under ${scenarioNames}`)
  .action(async (options: Options) => {
    mkdirSync(RUN, { recursive: true });
    if (options.profile) return profile(options.profile, options.quick ?? false);
    try {
      await bench(options);
    } finally {
      rmSync(RUN, { recursive: true, force: true });
    }
  })
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exitCode = 1;
  });
