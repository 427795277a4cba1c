import {
  ChangeDetectionStrategy,
  ChangeDetectorRef,
  Component,
  type ElementRef,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import type { MessageKind, Ticket } from '@liftdesk/api-client';
import { Icon } from '../../shared/ui/icon/icon';
import { TypingLine } from '../presence/typing-line';
import { firstName } from '../ui/first-name';
import { Composer, type Saved } from './composer';
import { EditRequests } from './edit-requests';
import { Outbox } from './outbox';

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/**
 * Where an agent writes. Reply and note have words, files and drafts of their own; the note changes ground, hatch,
 * edge, lock and button together, so that nobody takes one for the other.
 */
@Component({
  selector: 'desk-reply-editor',
  imports: [Composer, Icon, TypingLine],
  templateUrl: './reply-editor.html',
  styleUrl: './reply-editor.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ReplyEditor {
  private readonly changes = inject(ChangeDetectorRef);
  private readonly edits = inject(EditRequests);
  private readonly outbox = inject(Outbox);
  private readonly reply = viewChild.required<Composer>('reply');
  private readonly internal = viewChild.required<Composer>('internal');
  private readonly replyTab = viewChild.required<ElementRef<HTMLElement>>('replyTab');
  private readonly noteTab = viewChild.required<ElementRef<HTMLElement>>('noteTab');

  readonly ticket = input.required<Ticket>();
  /** Files hover over the place around it, which takes them for it. */
  readonly over = input(false);

  protected readonly mode = signal<MessageKind>('reply');
  private readonly saved = signal<Readonly<Record<MessageKind, Saved | null>>>({ reply: null, note: null });
  protected readonly composer = computed(() => (this.mode() === 'note' ? this.internal() : this.reply()));
  protected readonly firstName = computed(() => firstName(this.ticket().requester.name));
  protected readonly savedWords = computed(() => {
    const saved = this.saved()[this.mode()];
    if (!saved) return '';
    return saved.kept ? `Draft saved ${time.format(saved.at)}` : 'This device keeps no drafts';
  });

  constructor() {
    effect(() => {
      const item = this.edits.current();
      if (!item) return;
      untracked(() => {
        this.edits.taken();
        this.mode.set(item.kind);
        this.composer().take(item);
        // Only now: until it stood here, the outbox was the only place that had it.
        this.outbox.remove(item.key);
      });
    });
  }

  /** Turns to a reply or a note and puts the caret there. */
  begin(mode: MessageKind): void {
    this.mode.set(mode);
    this.changes.detectChanges();
    this.composer().focus();
  }

  /** Takes files for what is being written. */
  attach(files: File[]): void {
    this.composer().uploads.add(files);
  }

  protected note(kind: MessageKind, now: Saved | null): void {
    this.saved.update((saved) => ({ ...saved, [kind]: now }));
  }

  protected moveTab(event: KeyboardEvent): void {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    this.mode.update((mode) => (mode === 'note' ? 'reply' : 'note'));
    (this.mode() === 'note' ? this.noteTab() : this.replyTab()).nativeElement.focus();
  }

  /** Gives the keys back to the page; the words stay. */
  protected leave(): void {
    (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('main')?.focus();
  }
}
