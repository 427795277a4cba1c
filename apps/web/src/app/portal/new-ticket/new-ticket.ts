import { httpResource } from '@angular/common/http';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Session } from '../../session/session';
import type { Ticket } from '@liftdesk/api-client';
import { Drafts } from '../../shared/ui/drafts/drafts';
import { Control } from '../../shared/ui/form/control';
import { Field } from '../../shared/ui/form/field';
import { Refusal } from '../../shared/ui/form/refusal';
import { Submission } from '../../shared/ui/form/submission';
import { Icon } from '../../shared/ui/icon/icon';
import { Toaster } from '../../shared/ui/toast/toaster';
import { DropFiles } from '../../shared/ui/upload/drop-files';
import { UploadQueue } from '../../shared/ui/upload/upload-queue';
import { type AnswerDraft, answerDraftKey } from '../conversation/answer-draft';
import { PortalClient } from '../data/portal-client';
import { SendKey, arrivedBefore } from '../data/send-key';
import { FileDrop } from '../files/file-drop';
import { type NewTicketDraft, newTicketDraftKey } from './new-ticket-draft';

/** A customer asks for help. What is typed stays on the device until the ticket is sent. */
@Component({
  selector: 'desk-new-ticket',
  imports: [Control, DropFiles, Field, FileDrop, Icon, Refusal, RouterLink],
  templateUrl: './new-ticket.html',
  styleUrl: './new-ticket.scss',
  providers: [UploadQueue],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NewTicketPage {
  private readonly client = inject(PortalClient);
  private readonly drafts = inject(Drafts);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly toaster = inject(Toaster);
  protected readonly queue = inject(UploadQueue);

  /** Number of the closed ticket that this one follows, from the address. */
  readonly followUpOf = input<string>();

  protected readonly subject = signal('');
  protected readonly body = signal('');
  protected readonly submission = new Submission();
  protected readonly arrivedBefore = computed(() => arrivedBefore(this.submission.problem()));
  protected readonly before = httpResource<Ticket>(() => {
    const number = this.followUpOf();
    return number ? `/api/tickets/${encodeURIComponent(number)}` : undefined;
  });
  /** False when the device stores no drafts. */
  protected readonly kept = signal(true);
  /** Pressed *Send* while files were still on their way. */
  protected readonly finishing = signal(false);

  /** The words are on their way: what were typed now would be in no ticket. */
  protected readonly posting = computed(() => this.submission.busy() && !this.finishing());

  private readonly draftKey = computed(() =>
    newTicketDraftKey(this.session.user()?.id ?? '', this.followUpOf()),
  );
  private sendKey = new SendKey();
  private carried: NewTicketDraft['carried'];
  private sent = false;

  constructor() {
    effect(() => {
      const key = this.draftKey();
      untracked(() => this.restore(key));
    });
    effect(() => {
      const before = this.before.hasValue() ? this.before.value() : null;
      if (before) untracked(() => this.carry(before));
    });
    effect(() => this.save());
  }

  protected async send(): Promise<void> {
    const faults = {
      subject: this.subject().trim() ? '' : 'Give it a few words, such as what it is about',
      body: this.body().trim() ? '' : 'Tell us what happened',
    };
    await this.submission.run(faults, async () => {
      if (!(await this.filesAreThere())) return;
      const ticket = {
        subject: this.subject().trim(),
        body: this.body(),
        attachmentIds: this.queue.attachmentIds(),
        ...(this.followUpOf() ? { followUpOf: this.followUpOf() } : {}),
      };
      const made = await this.client.open(ticket, this.sendKey.value);
      this.forget();
      this.toaster.show({ text: `Ticket ${made.number} sent. Our answer appears here` });
      await this.router.navigate(['/my/tickets', made.number]);
    });
    const problem = this.submission.problem();
    if (problem) this.sendKey.failed(problem);
    if (problem) this.save();
  }

  /** After a try that had arrived without our knowing: the rest is a new ticket, or nothing. */
  protected discard(): void {
    this.forget();
    void this.router.navigateByUrl('/my/tickets');
  }

  protected sendWithoutFiles(): void {
    this.queue.dropFailed();
    void this.send();
  }

  private async filesAreThere(): Promise<boolean> {
    this.finishing.set(this.queue.busy());
    const arrived = await this.queue.settled();
    this.finishing.set(false);
    return arrived;
  }

  private restore(key: string): void {
    const draft = this.drafts.read<NewTicketDraft>(key);
    this.subject.set(draft?.subject ?? '');
    this.body.set(draft?.body ?? '');
    this.queue.restore(draft?.attachments ?? []);
    this.sendKey = new SendKey(draft?.key);
    this.carried = draft?.carried;
  }

  /** Takes the answer along that was being written when the ticket before was closed. */
  private carry(before: Ticket): void {
    const key = answerDraftKey(this.session.user()?.id ?? '', before.id);
    const answer = this.drafts.read<AnswerDraft>(key);
    if (!answer || answer.body === this.carried?.body) return;
    this.carried = { key, body: answer.body };
    this.body.update((body) => (body.trim() ? `${body}\n\n${answer.body}` : answer.body));
    this.subject.update((subject) => subject || before.subject);
    this.queue.append(answer.attachments);
  }

  private save(): void {
    const draft: NewTicketDraft = {
      subject: this.subject(),
      body: this.body(),
      attachments: this.queue.attachments(),
      key: this.sendKey.value,
      ...(this.carried && { carried: this.carried }),
    };
    if (this.sent) return;
    const key = untracked(this.draftKey);
    if (draft.subject || draft.body || draft.attachments.length > 0)
      this.kept.set(this.drafts.write(key, draft));
    else this.drafts.remove(key);
  }

  private forget(): void {
    this.sent = true;
    this.drafts.remove(this.draftKey());
    this.dropCarried();
    this.queue.clear();
  }

  /** What was written to the closed ticket since, for example in another tab, is in no ticket yet: it stays. */
  private dropCarried(): void {
    const { carried } = this;
    if (carried && this.drafts.read<AnswerDraft>(carried.key)?.body === carried.body)
      this.drafts.remove(carried.key);
  }
}
