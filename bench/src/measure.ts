import type { Contestant, ContestantName } from './contestants';
import type { Desk } from './desks';
import { LoadOrder, LoadResult, load } from './load';
import type { Scenario, ScenarioName } from './scenarios';

export interface Pace {
  rounds: number;
  /** Of one run. */
  seconds: number;
}

export const CONNECTIONS = [1, 16] as const;
export type Connections = (typeof CONNECTIONS)[number];

export interface Run extends LoadResult {
  /** Processor time of the server for one request, microseconds. */
  processor: number;
}

export type Figures = Pick<Run, 'perSecond' | 'p50' | 'p99' | 'processor'>;

/** All runs of one measurement, and the middle of them. */
export class Measurements {
  private readonly runs = new Map<string, Run[]>();
  /** Highest resident memory after a run, bytes, by contestant. */
  private readonly memory = new Map<string, number>();

  add(contestant: string, scenario: ScenarioName, connections: Connections, run: Run): void {
    const key = `${contestant} ${scenario} ${connections}`;
    this.runs.set(key, [...(this.runs.get(key) ?? []), run]);
  }

  /** Medians over the rounds, or null where nothing was measured. */
  figures(contestant: string, scenario: ScenarioName, connections: Connections): Figures | null {
    const runs = this.runs.get(`${contestant} ${scenario} ${connections}`);
    if (!runs) return null;
    const of = (field: keyof Figures) => median(runs.map((run) => run[field]));
    return { perSecond: of('perSecond'), p50: of('p50'), p99: of('p99'), processor: of('processor') };
  }

  sawMemory(contestant: string, bytes: number): void {
    this.memory.set(contestant, Math.max(bytes, this.memory.get(contestant) ?? 0));
  }

  highestMemory(contestant: string): number {
    return this.memory.get(contestant) ?? NaN;
  }
}

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
};

async function run({ server }: Contestant, order: LoadOrder): Promise<Run> {
  const before = server.processorTime;
  const result = await load(order);
  return { ...result, processor: (1000 * (server.processorTime - before)) / result.requests };
}

/** One runner: a contestant, the desk it stands on, and the name its figures go under. */
export interface Runner {
  label: ContestantName | string;
  contestant: Contestant;
  desk: Desk;
}

/** Runs everybody in turn, round by round, so that what disturbs the machine disturbs all alike. */
export async function measure(
  runners: readonly Runner[],
  scenarios: readonly Scenario[],
  { rounds, seconds }: Pace,
  say: (line: string) => void,
): Promise<Measurements> {
  const measurements = new Measurements();
  // Round 0 warms everybody up and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    say(round === 0 ? '  warming up' : `  round ${round} of ${rounds}`);
    for (const scenario of scenarios) {
      for (const connections of CONNECTIONS) {
        for (const { label, contestant, desk } of runners) {
          const result = await run(contestant, {
            url: contestant.server.url,
            connections,
            seconds: round === 0 ? 1 : seconds,
            headers: { ...contestant.headers, 'content-type': 'application/json' },
            requests: scenario.requests(desk),
            expect: scenario.expect,
          });
          if (result.failures > 0)
            throw new Error(
              `${label} failed ${result.failures} of ${result.requests} ${scenario.name} requests`,
            );
          measurements.sawMemory(label, contestant.server.residentMemory);
          if (round > 0) measurements.add(label, scenario.name, connections, result);
        }
      }
    }
  }
  return measurements;
}
