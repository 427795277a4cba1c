import { SingleBar } from 'cli-progress';

/** Between two lines where output goes to a file. */
const LINE_EVERY_MS = 10_000;

export interface Progress {
  /** Such as `Writing tickets`; a new one begins a new bar. */
  phase: string;
  done: number;
  /** Of the phase, in the unit of `done`. */
  total: number;
  /** Rows so far, of all phases. */
  rows: number;
}

/** What a long command is doing: a bar on a terminal, a line now and then elsewhere. */
export class ProgressLine {
  private readonly live: boolean;
  private bar: SingleBar | null = null;
  private phase = '';
  private toldAt = performance.now();

  constructor(private readonly stream: NodeJS.WriteStream = process.stdout) {
    this.live = stream.isTTY;
  }

  show({ phase, done, total, rows }: Progress): void {
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
        stream: this.stream,
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
    this.stream.write(`${phase}: ${done} of ${total}, ${rows.toLocaleString('en')} rows\n`);
  }
}
