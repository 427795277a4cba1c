import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { Maintenance } from '../../http/maintenance';
import { Icon } from '../icon/icon';
import { UploadQueue } from './upload-queue';

/** The place for files does not answer, or the desk is in maintenance: what is kept, when it is tried again, and the way on without them. */
@Component({
  selector: 'desk-storage-away',
  imports: [Icon],
  template: `
    @if (queue.storageAway()) {
      <div class="banner">
        <desk-icon name="cloud-off" />
        <div class="words" role="alert">
          <div class="strong">{{ heading() }}</div>
          <div class="text-2">Your text and {{ files() }} are kept here.</div>
        </div>
        <div class="steps">
          <button
            type="button"
            class="btn small"
            [attr.aria-disabled]="seconds() > 0 || queue.busy() ? 'true' : null"
            (click)="retry()"
          >
            <desk-icon name="rotate-cw" size="small" />
            {{ queue.busy() ? 'Trying again' : 'Try again' }}
            @if (seconds() > 0 && !queue.busy()) {
              <span class="num text-2" aria-hidden="true">in {{ seconds() }} s</span>
            }
          </button>
          <button type="button" class="btn small" (click)="withoutFiles.emit()">
            {{ verb() }} without {{ files() }}
          </button>
        </div>
      </div>
    }
  `,
  styleUrl: './storage-away.scss',
  host: { '[class.on]': 'queue.storageAway()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StorageAway {
  protected readonly queue = inject(UploadQueue);
  private readonly maintenance = inject(Maintenance);
  private readonly now = signal(Date.now());

  /** What the form does with its words. */
  readonly verb = input('Send');
  /** The files are off the list: the words go alone. */
  readonly withoutFiles = output();

  protected readonly seconds = computed(() =>
    Math.max(0, Math.ceil((this.queue.retryAt() - this.now()) / 1000)),
  );
  protected readonly files = computed(() => (this.queue.missingCount() === 1 ? 'the file' : 'the files'));

  protected readonly heading = computed(() =>
    this.maintenance.isOn()
      ? 'Files wait until the maintenance is over'
      : 'Files cannot be stored at the moment',
  );

  constructor() {
    // However long it is until the next try.
    this.maintenance.whenOver(() => this.queue.storageAway() && this.queue.retryFailed());
    effect((onCleanup) => {
      if (!this.queue.storageAway()) return;
      this.now.set(Date.now());
      const timer = setInterval(() => this.now.set(Date.now()), 1000);
      onCleanup(() => clearInterval(timer));
    });
  }

  protected retry(): void {
    if (this.seconds() === 0 && !this.queue.busy()) this.queue.retryFailed();
  }
}
