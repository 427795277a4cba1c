import { TextFieldModule } from '@angular/cdk/text-field';
import {
  ChangeDetectionStrategy,
  ChangeDetectorRef,
  Component,
  DestroyRef,
  type ElementRef,
  Injector,
  type OnInit,
  afterNextRender,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { MatMenuModule } from '@angular/material/menu';
import { Session } from '../../session/session';
import type { MessageKind, Ticket, TicketStatus } from '@liftdesk/api-client';
import { Drafts } from '../../shared/ui/drafts/drafts';
import { isRepeated } from '../../shared/ui/form/repeated';
import { Icon } from '../../shared/ui/icon/icon';
import { Markdown } from '../../shared/ui/markdown/markdown';
import { Kbd } from '../../shared/ui/marks/kbd';
import { StorageAway } from '../../shared/ui/upload/storage-away';
import { ACCEPTED_TYPES } from '../../shared/ui/upload/upload-limits';
import { UploadQueue } from '../../shared/ui/upload/upload-queue';
import { UploadRow } from '../../shared/ui/upload/upload-row';
import { Presence } from '../presence/presence';
import { type Edit, TOOLS, type ToolName, editFor, pastedLink } from './markdown-tools';
import { Outbox } from './outbox';
import type { Outgoing } from './outgoing';
import { type ReplyDraft, replyDraftKey } from './reply-draft';
import { sendOptions } from './send-options';

/** A draft was put away. */
export interface Saved {
  /** Epoch ms. */
  at: number;
  /** False when the device stores none: it lasts as long as the page. */
  kept: boolean;
}

const SAVE_MS = 300;
let lastId = 0;

/** The text and files of a reply or of a note, kept on this device until they are sent. */
@Component({
  selector: 'desk-composer',
  imports: [Icon, Kbd, Markdown, MatMenuModule, StorageAway, TextFieldModule, UploadRow],
  templateUrl: './composer.html',
  styleUrl: './composer.scss',
  providers: [UploadQueue],
  host: { '[class.note]': 'isNote()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Composer implements OnInit {
  private readonly changes = inject(ChangeDetectorRef);
  private readonly drafts = inject(Drafts);
  private readonly injector = inject(Injector);
  private readonly outbox = inject(Outbox);
  private readonly presence = inject(Presence, { optional: true });
  private readonly session = inject(Session);
  private readonly field = viewChild<ElementRef<HTMLTextAreaElement>>('field');
  private saving: ReturnType<typeof setTimeout> | undefined;
  private key: string | null = null;
  private ready = false;

  readonly ticket = input.required<Ticket>();
  readonly kind = input.required<MessageKind>();
  /** How the draft was put away, null when there is none. */
  readonly saved = output<Saved | null>();
  /** A message that waited for its files did not go out, wherever its writer is by now. */
  readonly stopped = output();
  /** Escape: the words stay, the focus goes. */
  readonly left = output();

  readonly uploads = inject(UploadQueue);
  protected readonly tools = TOOLS;
  protected readonly accepted = ACCEPTED_TYPES;
  protected readonly ground = `composer-${++lastId}`;
  protected readonly text = signal('');
  protected readonly previewing = signal(false);
  protected readonly fault = signal('');
  /** Sent as soon as the files are there. */
  protected readonly holding = signal(false);
  protected readonly isNote = computed(() => this.kind() === 'note');
  protected readonly options = computed(() => sendOptions(this.ticket().status));
  protected readonly first = computed(() => this.options()[0] ?? { label: 'Send', status: undefined });

  constructor() {
    effect(() => {
      this.uploads.attachments();
      untracked(() => this.ready && this.save());
    });
    const put = () => this.ready && this.store();
    window.addEventListener('pagehide', put);
    inject(DestroyRef).onDestroy(() => {
      window.removeEventListener('pagehide', put);
      put();
    });
  }

  ngOnInit(): void {
    const draft = this.drafts.read<ReplyDraft>(this.draftKey());
    if (draft) {
      this.text.set(draft.body);
      this.key = draft.key;
      this.uploads.restore(draft.attachments);
    }
    this.ready = true;
  }

  /** Puts the caret into the text at once, so that no key typed next is lost or taken for a command. */
  focus(): void {
    this.previewing.set(false);
    this.changes.detectChanges();
    this.field()?.nativeElement.focus();
  }

  /** Takes a message back that was not sent; words that are here already stay behind it. */
  take(item: Outgoing): void {
    this.release();
    const here = this.text().trim();
    this.text.set(here ? `${item.body}\n\n${here}` : item.body);
    this.key = item.uncertain ? item.key : null;
    this.uploads.append(item.attachments);
    this.save();
    afterNextRender(() => this.focus(), { injector: this.injector });
  }

  protected type(text: string): void {
    this.presence?.type();
    this.text.set(text);
    this.fault.set('');
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), SAVE_MS);
  }

  /** @param event the press that asks for it: one that only repeats the press before asks for nothing */
  protected async send(status: TicketStatus | undefined, event?: Event): Promise<void> {
    if (this.holding() || (event && isRepeated(event))) return;
    if (!this.hasWords()) return;
    this.fault.set('');
    this.holding.set(this.uploads.busy());
    const arrived = await this.uploads.settled();
    this.holding.set(false);
    if (!arrived) return this.stopped.emit();
    if (!this.hasWords()) return;
    const { id, number } = this.ticket();
    void this.outbox.send({
      ticketId: id,
      number,
      kind: this.kind(),
      body: this.text().trim(),
      attachments: this.uploads.attachments(),
      ...(status && { status }),
      key: this.key,
    });
    this.presence?.rest();
    this.text.set('');
    this.key = null;
    this.previewing.set(false);
    this.uploads.clear();
    this.save();
    this.focus();
  }

  /** The files cannot be stored: the words go as they would by the button. */
  protected sendWithoutFiles(): void {
    this.uploads.dropFailed();
    void this.send(this.statusFor(false));
  }

  /** Takes back a send that waits for its files; the second click of a double click on *Send* lands here too. */
  protected release(event?: Event): void {
    if (event && isRepeated(event)) return;
    this.uploads.release();
    this.holding.set(false);
  }

  protected handle(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const mod = event.ctrlKey || event.metaKey;
    const tool =
      mod && !event.shiftKey && !event.altKey && TOOLS.find((one) => one.keys === event.key.toLowerCase());
    if (tool) this.use(tool.name);
    else if (mod && event.key === 'Enter') void this.send(this.statusFor(event.shiftKey), event);
    else if (event.key === 'Escape') this.left.emit();
    // Enter still held on the button that has sent the words before.
    else if (event.key !== 'Enter' || !event.repeat || this.text()) return;
    event.preventDefault();
    event.stopPropagation();
  }

  protected use(tool: ToolName): void {
    const field = this.field()?.nativeElement;
    if (field)
      this.edit(
        field,
        editFor(tool, { text: field.value, start: field.selectionStart, end: field.selectionEnd }),
      );
  }

  protected paste(event: ClipboardEvent): void {
    const field = event.target as HTMLTextAreaElement;
    const pasted = event.clipboardData?.getData('text/plain') ?? '';
    const edit = pastedLink(
      { text: field.value, start: field.selectionStart, end: field.selectionEnd },
      pasted,
    );
    if (!edit) return;
    event.preventDefault();
    this.edit(field, edit);
  }

  private statusFor(solve: boolean): TicketStatus | undefined {
    if (this.isNote()) return undefined;
    return solve ? 'solved' : this.first().status;
  }

  /** Through the browser's own editing where it can, so that its undo knows the step. */
  private edit(field: HTMLTextAreaElement, { from, to, insert, start, end }: Edit): void {
    field.focus();
    field.setSelectionRange(from, to);
    const done =
      typeof document.execCommand === 'function' && document.execCommand('insertText', false, insert);
    if (!done) field.setRangeText(insert, from, to, 'end');
    field.setSelectionRange(start, end);
    this.type(field.value);
  }

  private hasWords(): boolean {
    if (this.text().trim()) return true;
    this.fault.set(this.isNote() ? 'Write the note first.' : 'Write the reply first.');
    this.focus();
    return false;
  }

  private save(): void {
    this.saved.emit(this.store());
  }

  /** Null when there is nothing to keep. */
  private store(): Saved | null {
    clearTimeout(this.saving);
    const draft: ReplyDraft = { body: this.text(), attachments: this.uploads.attachments(), key: this.key };
    if (draft.body.trim() || draft.attachments.length > 0)
      return { at: Date.now(), kept: this.drafts.write(this.draftKey(), draft) };
    this.drafts.remove(this.draftKey());
    return null;
  }

  private draftKey(): string {
    return replyDraftKey(this.session.user()?.id ?? '', this.ticket().id, this.kind());
  }
}
