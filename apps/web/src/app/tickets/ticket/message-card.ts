import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import type { Message, Requester } from '@liftdesk/api-client';
import { Time } from '../../shared/time/time';
import { AttachmentList } from '../../shared/ui/attachments/attachment-list';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import { Markdown } from '../../shared/ui/markdown/markdown';
import { CopyId } from '../../shared/ui/state/copy-id';
import { MailMark } from '../mail/mail-mark';
import { MailTrouble } from '../mail/mail-trouble';
import { isTrouble, mailWords } from '../mail/mail-words';

const CHANNELS: Readonly<Record<string, string>> = { web: 'by portal', agent: 'by the team', api: 'by API' };

/** One message: the customer's on the left, the team's on the right, a note across in its own ground. */
@Component({
  selector: 'desk-message',
  imports: [AttachmentList, Avatar, CopyId, Icon, MailMark, MailTrouble, Markdown, Time],
  templateUrl: './message-card.html',
  styleUrl: './message-card.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class MessageCard {
  readonly message = input.required<Message>();
  /** How it came in, when that is known. */
  readonly channel = input('');
  /** Who reads the replies. */
  readonly to = input<Requester | null>(null);
  /** Whether the server has it; what became of its mail, the message says itself. */
  readonly delivery = input<'sent' | 'sending' | 'failed'>('sent');
  /** Why it was not sent. */
  readonly cause = input('');
  readonly requestId = input<string | null>(null);
  /** What can be done with unsent words beside trying again; empty for nothing. */
  readonly takeBack = input('Edit');
  readonly retried = output();
  readonly takenBack = output();
  /** Its mail is on its way again. */
  readonly mailResent = output();

  protected readonly mail = computed(() => this.message().delivery);
  protected readonly mailTrouble = computed(() => {
    const mail = this.mail();
    return mail && isTrouble(mail) ? mail : null;
  });

  protected readonly isNote = computed(() => this.message().kind === 'note');
  protected readonly isCustomer = computed(() => this.message().author.role === 'customer');
  protected readonly look = computed(() => {
    if (this.isNote()) return 'note';
    return this.isCustomer() ? 'customer' : 'reply';
  });
  protected readonly kindWords = computed(() => {
    if (this.isNote()) return 'Only your team sees this';
    const channel = CHANNELS[this.channel()];
    if (this.isCustomer()) return channel ? `Customer · ${channel}` : 'Customer';
    const to = this.to();
    return to ? `Reply · to ${to.name}` : 'Reply';
  });
  protected readonly label = computed(() => {
    const trouble = this.mailTrouble();
    const mail = trouble ? `, ${mailWords(trouble).mark.toLowerCase()}` : '';
    const unsent = this.delivery() === 'failed' ? ', not sent' : mail;
    if (this.isNote())
      return `Internal note by ${this.message().author.name}, hidden from the customer${unsent}`;
    return `${this.isCustomer() ? 'Message' : 'Reply'} by ${this.message().author.name}${unsent}`;
  });
}
