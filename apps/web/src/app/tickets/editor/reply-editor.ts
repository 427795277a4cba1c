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
import { DropFiles } from '../../shared/ui/upload/drop-files';
import { firstName } from '../ui/first-name';
import { Composer } from './composer';
import { EditRequests } from './edit-requests';

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/**
 * Where an agent writes. Reply and note have words, files and drafts of their own; the note changes ground, hatch,
 * edge, lock and button together, so that nobody takes one for the other.
 */
@Component({
  selector: 'desk-reply-editor',
  imports: [Composer, DropFiles, Icon],
  templateUrl: './reply-editor.html',
  styleUrl: './reply-editor.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ReplyEditor {
  private readonly changes = inject(ChangeDetectorRef);
  private readonly edits = inject(EditRequests);
  private readonly reply = viewChild.required<Composer>('reply');
  private readonly internal = viewChild.required<Composer>('internal');
  private readonly replyTab = viewChild.required<ElementRef<HTMLElement>>('replyTab');
  private readonly noteTab = viewChild.required<ElementRef<HTMLElement>>('noteTab');

  readonly ticket = input.required<Ticket>();

  protected readonly mode = signal<MessageKind>('reply');
  private readonly savedAt = signal<Readonly<Record<MessageKind, number | null>>>({
    reply: null,
    note: null,
  });
  protected readonly composer = computed(() => (this.mode() === 'note' ? this.internal() : this.reply()));
  protected readonly firstName = computed(() => firstName(this.ticket().requester.name));
  protected readonly savedWords = computed(() => {
    const at = this.savedAt()[this.mode()];
    return at === null ? '' : `Draft saved ${time.format(at)}`;
  });

  constructor() {
    effect(() => {
      const item = this.edits.current();
      if (!item) return;
      untracked(() => {
        this.edits.taken();
        this.mode.set(item.kind);
        this.composer().take(item);
      });
    });
  }

  /** Turns to a reply or a note and puts the caret there. */
  begin(mode: MessageKind): void {
    this.mode.set(mode);
    this.changes.detectChanges();
    this.composer().focus();
  }

  protected note(kind: MessageKind, at: number | null): void {
    this.savedAt.update((saved) => ({ ...saved, [kind]: at }));
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
