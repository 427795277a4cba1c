import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { Icon } from '../icon/icon';
import { fileSize } from './file-size';
import { FileTile } from './file-tile';
import type { Upload } from './upload';

/** One file on its way: tile or thumbnail, name, progress or outcome, and the one thing to do about it. */
@Component({
  selector: 'desk-upload-row',
  imports: [FileTile, Icon],
  templateUrl: './upload-row.html',
  styleUrl: './upload-row.scss',
  host: { '[class.large]': 'large()', '[class.bad]': 'bad()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class UploadRow {
  readonly upload = input.required<Upload>();
  /** The portal's roomier row. */
  readonly large = input(false);
  readonly removed = output();
  readonly retried = output();

  protected readonly bad = computed(() => ['failed', 'refused'].includes(this.upload().state));
  protected readonly size = computed(() => fileSize(this.upload().size));
  protected readonly percent = computed(() => {
    const { sent, size } = this.upload();
    return size ? Math.min(100, Math.round((sent / size) * 100)) : 0;
  });
  protected readonly progress = computed(() => {
    const { state, secondsLeft } = this.upload();
    if (state === 'waiting') return 'Waiting';
    if (this.percent() === 100) return 'Checking';
    return `${this.percent()} %${secondsLeft ? `, ${secondsLeft} s left` : ''}`;
  });
  protected readonly removal = computed(() => {
    const { state, name } = this.upload();
    return state === 'sending' || state === 'waiting' ? `Cancel upload of ${name}` : `Remove ${name}`;
  });
}
