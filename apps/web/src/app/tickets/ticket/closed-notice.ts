import { LiveAnnouncer } from '@angular/cdk/a11y';
import { ChangeDetectionStrategy, Component, computed, effect, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { MessageKind, Ticket } from '@liftdesk/api-client';
import { Session } from '../../session/session';
import { Time } from '../../shared/time/time';
import { Drafts } from '../../shared/ui/drafts/drafts';
import { Icon } from '../../shared/ui/icon/icon';
import { replyDraftKey } from '../editor/reply-draft';

/** Stands where the editor was: a closed ticket takes no reply. What was being written is kept, and it says so. */
@Component({
  selector: 'desk-closed-notice',
  imports: [Icon, RouterLink, Time],
  template: `
    <desk-icon name="archive" />
    <span class="words">
      <span class="strong">This ticket is closed</span>
      @if (ticket().closedAt; as at) {
        <span class="text-3">
          since
          <desk-time [at]="at" look="moment" />
        </span>
      }
      @if (kept(); as words) {
        <span class="kept">{{ words }}</span>
      }
    </span>
    <button type="button" class="btn" (click)="reopened.emit()">Reopen</button>
    <a class="btn" routerLink="/tickets/new" [queryParams]="{ followUpOf: ticket().number }">
      Open a follow-up
    </a>
  `,
  styleUrl: './closed-notice.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ClosedNotice {
  readonly ticket = input.required<Ticket>();
  readonly reopened = output();

  private readonly announcer = inject(LiveAnnouncer);
  private readonly drafts = inject(Drafts);
  private readonly session = inject(Session);

  protected readonly kept = computed(() => {
    const reply = this.hasDraft('reply') ? 'Your reply is kept: the follow-up takes it along.' : '';
    const note = this.hasDraft('note') ? 'Your note is kept until the ticket is open again.' : '';
    return [reply, note].filter(Boolean).join(' ');
  });

  constructor() {
    effect(() => {
      if (this.kept()) void this.announcer.announce(`This ticket is closed. ${this.kept()}`);
    });
  }

  private hasDraft(kind: MessageKind): boolean {
    const key = replyDraftKey(this.session.user()?.id ?? '', this.ticket().id, kind);
    return this.drafts.read(key) !== null;
  }
}
