import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { MailDelivery } from '@liftdesk/api-client';
import { Icon } from '../../shared/ui/icon/icon';
import { isTrouble, mailWords } from './mail-words';

/** What became of the mail with a message, in a word beside its time. */
@Component({
  selector: 'desk-mail-mark',
  imports: [Icon],
  template: `
    <desk-icon [name]="words().icon" size="small" />
    {{ words().mark }}
  `,
  styleUrl: './mail-mark.scss',
  host: { '[class.bad]': 'bad()', '[class.good]': 'delivery().status === "sent"', '[title]': 'words().text' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class MailMark {
  readonly delivery = input.required<MailDelivery>();
  protected readonly words = computed(() => mailWords(this.delivery()));
  protected readonly bad = computed(() => isTrouble(this.delivery()));
}
