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
import { Router } from '@angular/router';
import { Session } from '../../session/session';
import type { Person, TicketPriority } from '@liftdesk/api-client';
import { toProblem } from '../../shared/http/problem';
import { randomId } from '../../shared/http/random-id';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Drafts } from '../../shared/ui/drafts/drafts';
import { Control } from '../../shared/ui/form/control';
import { Field } from '../../shared/ui/form/field';
import { Refusal } from '../../shared/ui/form/refusal';
import { Submission } from '../../shared/ui/form/submission';
import { Icon } from '../../shared/ui/icon/icon';
import { Kbd } from '../../shared/ui/marks/kbd';
import { PriorityMark } from '../../shared/ui/marks/priority-mark';
import { Tag } from '../../shared/ui/marks/tag';
import { Toaster } from '../../shared/ui/toast/toaster';
import { DropFiles } from '../../shared/ui/upload/drop-files';
import { ACCEPTED_TYPES } from '../../shared/ui/upload/upload-limits';
import { UploadQueue } from '../../shared/ui/upload/upload-queue';
import { StorageAway } from '../../shared/ui/upload/storage-away';
import { UploadRow } from '../../shared/ui/upload/upload-row';
import { Agents } from '../data/agents';
import { type NewTicketBody, TicketClient } from '../data/ticket-client';
import { DeskLayout } from '../desk/desk-layout';
import { type ReplyDraft, replyDraftKey } from '../editor/reply-draft';
import { Pickers } from '../picker/pickers';
import { TagPicker } from '../picker/tag-picker';
import { PRIORITY_OPTIONS, agentOptions } from '../picker/ticket-options';
import { type NewTicketDraft, emptyDraft, newTicketDraftKey } from './new-ticket-draft';

/** A ticket that an agent opens for a customer, for example after a call. */
@Component({
  selector: 'desk-new-ticket',
  imports: [Avatar, Control, DropFiles, Field, Icon, Kbd, PriorityMark, Refusal, StorageAway, Tag, UploadRow],
  templateUrl: './new-ticket.html',
  styleUrl: './new-ticket.scss',
  providers: [UploadQueue],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NewTicket {
  private readonly agents = inject(Agents);
  private readonly client = inject(TicketClient);
  private readonly drafts = inject(Drafts);
  private readonly pickers = inject(Pickers);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly tagPicker = inject(TagPicker);
  private readonly toaster = inject(Toaster);
  protected readonly layout = inject(DeskLayout);
  protected readonly uploads = inject(UploadQueue);
  protected readonly submission = new Submission();
  protected readonly accepted = ACCEPTED_TYPES;

  /** Number of the closed ticket that this one follows; from the address. */
  readonly followUpOf = input<string>();

  protected readonly draft = signal(emptyDraft());
  /** How the draft stands on this device; empty until something is put away. */
  protected readonly saved = signal('');
  /** Pressed *Open ticket* while files were still on their way. */
  protected readonly finishing = signal(false);
  /** The words are on their way: what were typed now would be in no ticket. */
  protected readonly posting = computed(() => this.submission.busy() && !this.finishing());
  protected readonly refusalWords = computed(() =>
    this.submission.general()?.code === 'idempotency-mismatch'
      ? 'An earlier try did open a ticket. Look at the newest tickets before you open this one too.'
      : '',
  );

  private readonly storageKey = computed(() =>
    newTicketDraftKey(this.session.user()?.id ?? '', this.followUpOf()),
  );

  constructor() {
    this.layout.compact.set(false);
    effect(() => {
      const key = this.storageKey();
      untracked(() => this.restore(key));
    });
    effect(() => {
      const attachments = this.uploads.attachments();
      untracked(() => {
        if (attachments.length !== this.draft().attachments.length) this.edit({ attachments });
      });
    });
    effect(() => {
      const ref = this.followUpOf();
      if (ref) void untracked(() => this.takeOver(ref));
    });
  }

  protected edit(change: Partial<NewTicketDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...change }));
    const kept = this.drafts.write(this.storageKey(), this.draft());
    this.saved.set(kept ? 'Draft saved' : 'This device keeps no drafts');
  }

  protected async open(): Promise<void> {
    const { email, subject, body } = this.draft();
    const faults = {
      requesterEmail: /^\S+@\S+$/.test(email.trim()) ? '' : 'An address such as name@example.com is needed.',
      subject: subject.trim() ? '' : 'A subject is needed.',
      body: body.trim() ? '' : 'Some words are needed.',
    };
    await this.submission.run(faults, () => this.send());
  }

  protected async openWithoutFiles(): Promise<void> {
    this.uploads.dropFailed();
    await this.open();
  }

  protected discard(): void {
    const draft = { ...this.draft(), attachments: this.uploads.attachments() };
    const key = this.storageKey();
    const queryParams = { followUpOf: this.followUpOf() };
    this.uploads.release();
    this.reset();
    const undo = () => {
      this.drafts.write(key, draft);
      void this.router.navigate(['/tickets/new'], { queryParams });
    };
    this.toaster.show({ text: 'Draft of a ticket discarded', undo });
    void this.router.navigate(['/tickets']);
  }

  protected removeTag(tag: string): void {
    this.edit({ tags: this.draft().tags.filter((one) => one !== tag) });
  }

  protected async choosePriority(origin: HTMLElement): Promise<void> {
    const config = { label: 'Priority', options: PRIORITY_OPTIONS, selected: [this.draft().priority] };
    const priority = await this.pickers.one(origin, config);
    if (priority) this.edit({ priority: priority as TicketPriority });
  }

  protected async chooseAssignee(origin: HTMLElement): Promise<void> {
    const optionsOf = (agents: readonly Person[]) => agentOptions(agents, this.session.user()?.id);
    const id = await this.pickers.one(origin, {
      label: 'Assignee',
      options: optionsOf(this.agents.all()),
      load: async () => optionsOf(await this.agents.known()),
      selected: [this.draft().assignee?.id ?? 'none'],
      searchable: true,
    });
    if (id) this.edit({ assignee: this.agents.all().find((agent) => agent.id === id) ?? null });
  }

  protected async chooseTags(origin: HTMLElement): Promise<void> {
    const tags = await this.tagPicker.choose(origin, this.draft().tags);
    if (tags) this.edit({ tags });
  }

  private async send(): Promise<void> {
    this.finishing.set(this.uploads.busy());
    const arrived = await this.uploads.settled();
    this.finishing.set(false);
    if (!arrived) return;
    const ticket = await this.client.open(this.asBody(), this.draft().key).catch((error: unknown) => {
      // A lost answer: the ticket is there already, and these words would make a second one.
      if (toProblem(error).code === 'idempotency-mismatch') this.edit({ key: randomId() });
      throw error;
    });
    this.dropCarried();
    this.reset();
    this.toaster.show({ text: `#${ticket.number} opened for ${ticket.requester.name}` });
    await this.router.navigate(['/tickets', ticket.number]);
  }

  private asBody(): NewTicketBody {
    const { email, name, subject, body, priority, tags, assignee } = this.draft();
    const followUpOf = this.followUpOf();
    return {
      subject: subject.trim(),
      body: body.trim(),
      priority,
      tags,
      attachmentIds: this.uploads.attachmentIds(),
      requesterEmail: email.trim(),
      ...(name.trim() && { requesterName: name.trim() }),
      ...(assignee && { assigneeId: assignee.id }),
      ...(followUpOf && { followUpOf }),
    };
  }

  private restore(key: string): void {
    this.draft.set(this.drafts.read<NewTicketDraft>(key) ?? emptyDraft());
    this.uploads.restore(this.draft().attachments);
  }

  /** A follow-up is for the same customer; what is typed already stays. */
  private async takeOver(ref: string): Promise<void> {
    const before = await this.client.get(ref).catch(() => null);
    if (!before || this.followUpOf() !== ref) return;
    const { requester, subject, priority, tags, assignee } = before;
    if (!this.draft().email)
      this.edit({ email: requester.email, name: requester.name, subject, priority, tags, assignee });
    this.carry(replyDraftKey(this.session.user()?.id ?? '', before.id, 'reply'));
  }

  /** Takes the reply along that the closed ticket did not get, once; until this one is open, it stays there too. */
  private carry(key: string): void {
    const reply = this.drafts.read<ReplyDraft>(key);
    const { body, carried } = this.draft();
    if (!reply || reply.body === carried?.body) return;
    this.edit({
      body: body.trim() ? `${body}\n\n${reply.body}` : reply.body,
      carried: { key, body: reply.body },
    });
    this.uploads.append(reply.attachments);
  }

  private dropCarried(): void {
    const { carried } = this.draft();
    if (carried && this.drafts.read<ReplyDraft>(carried.key)?.body === carried.body)
      this.drafts.remove(carried.key);
  }

  private reset(): void {
    this.uploads.clear();
    this.draft.set(emptyDraft());
    this.drafts.remove(this.storageKey());
  }
}
