import { LiveAnnouncer } from '@angular/cdk/a11y';
import {
  ChangeDetectionStrategy,
  ChangeDetectorRef,
  Component,
  ElementRef,
  computed,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import type { MailDelivery } from '@liftdesk/api-client';
import { type Problem, toProblem } from '../../shared/http/problem';
import { Icon } from '../../shared/ui/icon/icon';
import { CopyId } from '../../shared/ui/state/copy-id';
import { TicketClient } from '../data/ticket-client';
import { blockQuestion, mailWords } from './mail-words';

/** Under a message whose mail did not arrive: why, and another try. An address that bounced is asked about first. */
@Component({
  selector: 'desk-mail-trouble',
  imports: [CopyId, Icon],
  template: `
    <desk-icon name="circle-alert" size="small" />
    <span class="why">
      @if (asking()) {
        {{ question() }}
      } @else if (problem(); as fault) {
        Not sent again. {{ fault.title }}. {{ fault.detail }}
        @if (fault.requestId; as id) {
          <desk-copy-id [id]="id" />
        }
      } @else {
        {{ words().text }}
      }
    </span>
    @if (asking()) {
      <button type="button" class="btn small danger" (click)="send(true)">Write to it again</button>
      <button type="button" class="btn small quiet" (click)="leave()">Leave it</button>
    } @else {
      <button type="button" class="btn small danger" [attr.aria-disabled]="busy()" (click)="begin()">
        {{ busy() ? 'Sending again' : 'Send again' }}
      </button>
    }
  `,
  styleUrl: './mail-trouble.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class MailTrouble {
  private readonly announcer = inject(LiveAnnouncer);
  private readonly changes = inject(ChangeDetectorRef);
  private readonly client = inject(TicketClient);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);

  readonly delivery = input.required<MailDelivery>();
  /** It is queued again. */
  readonly resent = output();

  protected readonly asking = signal(false);
  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly words = computed(() => mailWords(this.delivery()));
  protected readonly question = computed(() => blockQuestion(this.delivery()));

  protected begin(): void {
    if (this.busy()) return;
    if (this.question()) this.turnTo(true);
    else void this.send(false);
  }

  protected leave(): void {
    this.turnTo(false);
  }

  protected async send(liftBlock: boolean): Promise<void> {
    this.turnTo(false);
    this.busy.set(true);
    this.problem.set(null);
    try {
      await this.client.resendMail(this.delivery().id, liftBlock);
      void this.announcer.announce(`Mail to ${this.delivery().recipient} goes out again`, 'polite');
      // The strip goes, and the focus with it: its message is the nearest place.
      this.host.nativeElement.closest('article')?.focus({ preventScroll: true });
      this.resent.emit();
    } catch (error) {
      this.problem.set(toProblem(error));
      void this.announcer.announce('Mail not sent again', 'assertive');
    } finally {
      this.busy.set(false);
    }
  }

  /** The buttons change places, so the focus goes along. */
  private turnTo(asking: boolean): void {
    if (this.asking() === asking) return;
    this.asking.set(asking);
    this.changes.detectChanges();
    this.host.nativeElement.querySelector('button')?.focus();
  }
}
