import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
} from '@angular/core';
import { Session } from '../../session/session';
import type { Attachment, Message, Ticket } from '@liftdesk/api-client';
import { Drafts } from '../../shared/ui/drafts/drafts';
import { Control } from '../../shared/ui/form/control';
import { Field } from '../../shared/ui/form/field';
import { Refusal } from '../../shared/ui/form/refusal';
import { isRepeated } from '../../shared/ui/form/repeated';
import { Submission } from '../../shared/ui/form/submission';
import { DropFiles } from '../../shared/ui/upload/drop-files';
import type { Upload } from '../../shared/ui/upload/upload';
import { UploadQueue } from '../../shared/ui/upload/upload-queue';
import { PortalClient } from '../data/portal-client';
import { SendKey, arrivedBefore } from '../data/send-key';
import { FileDrop } from '../files/file-drop';
import { type AnswerDraft, answerDraftKey } from './answer-draft';

/** Where a customer answers. The text is kept on the device until it is sent. */
@Component({
  selector: 'desk-answer-form',
  imports: [Control, DropFiles, Field, FileDrop, Refusal],
  templateUrl: './answer-form.html',
  styleUrl: './answer-form.scss',
  providers: [UploadQueue],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AnswerForm {
  private readonly client = inject(PortalClient);
  private readonly drafts = inject(Drafts);
  private readonly session = inject(Session);
  protected readonly queue = inject(UploadQueue);

  readonly ticket = input.required<Ticket>();
  readonly sent = output<Message>();
  /** The ticket was closed meanwhile; the words and files go with it. */
  readonly refusedAsClosed = output<{ body: string; attachments: Attachment[] }>();

  protected readonly body = signal('');
  protected readonly submission = new Submission();
  /** Pressed *Send* while files were still on their way. */
  protected readonly finishing = signal(false);
  /** The words are on their way: what were typed now would be in no answer. */
  protected readonly posting = computed(() => this.submission.busy() && !this.finishing());
  protected readonly label = computed(() =>
    this.ticket().status === 'solved'
      ? 'Not solved after all? Write again and the ticket reopens'
      : 'Your answer',
  );
  private readonly draftKey = computed(() => answerDraftKey(this.session.user()?.id ?? '', this.ticket().id));
  private sendKey = new SendKey();

  constructor() {
    effect(() => {
      const key = this.draftKey();
      untracked(() => this.restore(key));
    });
    effect(() => this.save());
  }

  /** Of a held key or a double click only the first counts: the others would find the field empty. */
  protected press(event: Event): void {
    event.preventDefault();
    if (!isRepeated(event)) void this.send();
  }

  protected async send(): Promise<void> {
    const faults = { body: this.body().trim() ? '' : 'Write something first' };
    await this.submission.run(faults, async () => {
      if (!(await this.filesAreThere())) return;
      const files = this.queue.items();
      const reply = { body: this.body(), attachmentIds: this.queue.attachmentIds() };
      const message = await this.client.reply(this.ticket().id, reply, this.sendKey.value);
      this.clear(files);
      this.sent.emit(message);
    });
    const problem = this.submission.problem();
    if (!problem) return;
    this.sendKey.failed(problem);
    this.save();
    if (problem.code === 'ticket-closed') {
      this.refusedAsClosed.emit({ body: this.body(), attachments: this.queue.attachments() });
      this.clear(this.queue.items());
    }
  }

  /** An earlier try with other words arrived: what is here now is a further answer. */
  protected arrivedBefore(): boolean {
    return arrivedBefore(this.submission.problem());
  }

  protected sendAsNew(): void {
    this.sendKey.renew();
    void this.send();
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

  private clear(joined: readonly Upload[]): void {
    this.body.set('');
    this.queue.clear(joined);
    this.sendKey.renew();
    this.drafts.remove(this.draftKey());
  }

  private restore(key: string): void {
    const draft = this.drafts.read<AnswerDraft>(key);
    this.body.set(draft?.body ?? '');
    this.queue.restore(draft?.attachments ?? []);
    this.sendKey = new SendKey(draft?.key);
  }

  private save(): void {
    const draft: AnswerDraft = {
      body: this.body(),
      attachments: this.queue.attachments(),
      key: this.sendKey.value,
    };
    const key = untracked(this.draftKey);
    if (draft.body || draft.attachments.length > 0) this.drafts.write(key, draft);
    else this.drafts.remove(key);
  }
}
