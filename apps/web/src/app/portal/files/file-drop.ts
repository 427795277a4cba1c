import { ChangeDetectionStrategy, Component, inject, input, output } from '@angular/core';
import { Icon } from '../../shared/ui/icon/icon';
import { StorageAway } from '../../shared/ui/upload/storage-away';
import { ACCEPTED_TYPES, MAX_FILES } from '../../shared/ui/upload/upload-limits';
import { UploadQueue } from '../../shared/ui/upload/upload-queue';
import { UploadRow } from '../../shared/ui/upload/upload-row';

/** Where a customer adds files, with those it has added; the queue is that of the form around it. */
@Component({
  selector: 'desk-file-drop',
  imports: [Icon, StorageAway, UploadRow],
  templateUrl: './file-drop.html',
  styleUrl: './file-drop.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class FileDrop {
  protected readonly queue = inject(UploadQueue);
  protected readonly acceptedTypes = ACCEPTED_TYPES;
  protected readonly maxFiles = MAX_FILES;

  /** Files hover over the form. */
  readonly over = input(false);
  /** The files cannot be stored, and the words are to go without them. */
  readonly withoutFiles = output();

  protected add(chooser: HTMLInputElement): void {
    this.queue.add(chooser.files ?? []);
    chooser.value = '';
  }
}
