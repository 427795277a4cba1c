import { SingleBar } from 'cli-progress';

/** Between two lines where output goes to a file. */
const LINE_EVERY_MS = 10_000;
const NUMBERS = '{value}/{total}  {rows} rows  {eta_formatted} left';

export interface Progress {
  /** Such as `Writing tickets`; a new one begins a new bar. */
  phase: string;
  done: number;
  /** Of the phase, in the unit of `done`. */
  total: number;
  /** Rows so far, of all phases. */
  rows: number;
  /** Said in place of the numbers where rows are not what counts, such as `1.2 GB of 3.4 GB, 40 MB/s, 55 s left`. */
  words?: string;
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

  show(progress: Progress): void {
    if (this.live) this.draw(progress);
    else this.tell(progress);
  }

  end(): void {
    this.bar?.stop();
    this.bar = null;
  }

  private draw({ phase, done, total, rows, words }: Progress): void {
    if (phase !== this.phase) {
      this.end();
      this.phase = phase;
      this.bar = new SingleBar({
        format: `${phase.padEnd(24)} {bar} {percentage} %  ${words === undefined ? NUMBERS : '{words}'}`,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        hideCursor: true,
        stream: this.stream,
        etaBuffer: 100,
      });
      this.bar.start(total, done, { rows, words });
    }
    this.bar?.update(done, { rows: rows.toLocaleString('en'), words });
  }

  private tell({ phase, done, total, rows, words }: Progress): void {
    const now = performance.now();
    if (total === 0 || (phase === this.phase && now - this.toldAt < LINE_EVERY_MS)) return;
    this.phase = phase;
    this.toldAt = now;
    this.stream.write(`${phase}: ${words ?? `${done} of ${total}, ${rows.toLocaleString('en')} rows`}\n`);
  }
}
