import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StartupError } from '../../common/startup-error';
import { InstanceLock } from '../../database/instance-lock';
import { RefusedError } from '../../common/operator-errors';

/** What is brought where: for each there is a journal of its own. */
export interface Journey {
  /** The two places, as people read them. */
  from: string;
  to: string;
  mask: boolean;
}

const schema = z.object({
  /** When the source's maintenance began: as long as it lasts nothing is written there. */
  since: z.number(),
  /** It was begun for this, and no operator has said that it shall last. */
  isOurs: z.boolean(),
  /** The target may have something of the desk. */
  hasReached: z.boolean(),
  /** By name of the step, what came of it. */
  done: z.record(z.string(), z.string()),
  /** Keys of files that the source itself had lost. */
  lost: z.array(z.string()),
});

type State = z.output<typeof schema>;

/** Of one journey. */
export interface Earlier {
  /** Of a run that this one goes on with. */
  journal: LiftJournal | null;
  /** Of a run that cannot be gone on with. */
  outdated: LiftJournal | null;
}

/**
 * Which steps are behind us, so that the same command goes on where it was interrupted. It holds for one journey and one
 * maintenance only: after that somebody may have written, and all begins anew.
 */
export class LiftJournal {
  private constructor(
    private readonly path: string,
    private readonly state: State,
  ) {}

  /** @returns null where there is none of this journey. Nothing is written. */
  static find(folder: string, journey: Journey): LiftJournal | null {
    const path = pathOf(folder, journey);
    const state = existsSync(path) ? parse(path) : null;
    return state && new LiftJournal(path, state);
  }

  /** A new one, in the place of any other of this journey as soon as it is kept. */
  static begin(
    folder: string,
    journey: Journey,
    begun: Pick<State, 'since' | 'isOurs' | 'hasReached'>,
  ): LiftJournal {
    return new LiftJournal(pathOf(folder, journey), { ...begun, done: {}, lost: [] });
  }

  get since(): number {
    return this.state.since;
  }

  get isOurs(): boolean {
    return this.state.isOurs;
  }

  get hasReached(): boolean {
    return this.state.hasReached;
  }

  get done(): Readonly<Record<string, string>> {
    return this.state.done;
  }

  get lost(): readonly string[] {
    return this.state.lost;
  }

  /** On disk, also after a power cut. @throws StartupError where the folder cannot be written */
  keep(): void {
    try {
      const draft = `${this.path}.draft`;
      writeFileSync(draft, JSON.stringify(this.state), { mode: 0o600, flush: true });
      renameSync(draft, this.path);
    } catch (error) {
      throw new StartupError(`Cannot write ${this.path}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** From here on, also after a power cut, the step is not done again. */
  markDone(step: string, words: string): void {
    this.state.done[step] = words;
    this.keep();
  }

  /** What is found out is written down with what is done next. */
  learnDone(step: string, words: string): void {
    this.state.done[step] = words;
  }

  markReached(hasReached: boolean): void {
    this.state.hasReached = hasReached;
    this.keep();
  }

  /** To be kept with the step in which they were found. */
  noteLost(keys: readonly string[]): void {
    this.state.lost = [...keys];
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

/** One at a time keeps journals in a folder. @throws RefusedError, StartupError where the folder cannot be made */
export function holdJournals(folder: string): InstanceLock {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartupError(
      `Cannot make the folder ${folder} (${(error as NodeJS.ErrnoException).code}): give another by --reports`,
      { cause: error },
    );
  }
  try {
    return InstanceLock.acquire(join(folder, 'lift'));
  } catch (error) {
    const isBusy = ((error as Error).cause as { code?: string } | undefined)?.code === 'SQLITE_BUSY';
    if (!isBusy) throw error;
    throw new RefusedError(
      `Another lift or land that keeps its journal in ${folder} is under way: let it end. Nothing was written`,
      { cause: error },
    );
  }
}

function pathOf(folder: string, { from, to, mask }: Journey): string {
  const name = createHash('sha256')
    .update(JSON.stringify([from, to, mask]))
    .digest('hex');
  return join(folder, `lift-${name.slice(0, 12)}.json`);
}

/** What is no journal, or one of another version, is none. */
function parse(path: string): State | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
