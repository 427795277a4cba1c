import { SingleBar } from 'cli-progress';
import type { SeedProgress } from '../database/seed/bulk/seed-desk';

/** Between two lines where output goes to a file. */
const LINE_EVERY_MS = 10_000;

/** What a long command is doing: a bar on a terminal, a line now and then elsewhere. */
export class ProgressLine {
  private readonly live = process.stdout.isTTY;
  private bar: SingleBar | null = null;
  private phase = '';
  private toldAt = performance.now();

  show({ phase, done, total, rows }: SeedProgress): void {
    if (this.live) this.draw(phase, done, total, rows);
    else this.tell(phase, done, total, rows);
  }

  end(): void {
    this.bar?.stop();
    this.bar = null;
  }

  private draw(phase: string, done: number, total: number, rows: number): void {
    if (phase !== this.phase) {
      this.end();
      this.phase = phase;
      this.bar = new SingleBar({
        format: `${phase.padEnd(24)} {bar} {percentage} %  {value}/{total}  {rows} rows  {eta_formatted} left`,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        hideCursor: true,
        etaBuffer: 100,
      });
      this.bar.start(total, done, { rows });
    }
    this.bar?.update(done, { rows: rows.toLocaleString('en') });
  }

  private tell(phase: string, done: number, total: number, rows: number): void {
    const now = performance.now();
    if (phase === this.phase && now - this.toldAt < LINE_EVERY_MS) return;
    this.phase = phase;
    this.toldAt = now;
    process.stdout.write(`${phase}: ${done} of ${total}, ${rows.toLocaleString('en')} rows\n`);
  }
}
