import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StartupError } from '../../common/startup-error';

const schema = z.object({
  /** The two places, as people read them. */
  from: z.string(),
  to: z.string(),
  /** When the source's maintenance began: as long as it lasts nothing is written there. */
  since: z.number(),
  done: z.array(z.string()),
});

type Journal = z.output<typeof schema>;

/**
 * Which steps are behind us, so that the same command goes on where it was interrupted. It holds for one pair of places and
 * one maintenance only: after that somebody may have written, and all begins anew.
 */
export class LiftJournal {
  private constructor(
    private readonly path: string,
    private readonly journal: Journal,
  ) {}

  /** @throws StartupError where the folder cannot be written */
  static open(folder: string, { from, to, since }: Omit<Journal, 'done'>): LiftJournal {
    const path = join(folder, 'lift-journal.json');
    const known = existsSync(path) ? parse(path) : null;
    const isThisOne = known?.from === from && known.to === to && known.since === since;
    const journal = new LiftJournal(path, { from, to, since, done: isThisOne ? known.done : [] });
    journal.save(folder);
    return journal;
  }

  isDone(step: string): boolean {
    return this.journal.done.includes(step);
  }

  /** From here on, also after a power cut, the step is not done again. */
  markDone(step: string): void {
    this.journal.done.push(step);
    this.save();
  }

  private save(folder?: string): void {
    try {
      if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
      const draft = `${this.path}.draft`;
      writeFileSync(draft, JSON.stringify(this.journal), { mode: 0o600, flush: true });
      renameSync(draft, this.path);
    } catch (error) {
      throw new StartupError(`Cannot write ${this.path}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** What is no journal, or one of another version, is none. */
function parse(path: string): Journal | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
