import { Clipboard } from '@angular/cdk/clipboard';
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  type ElementRef,
  type OnInit,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Title } from '@angular/platform-browser';
import { Router, RouterLink } from '@angular/router';
import { deskName } from '../../shared/config/client-config';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import { Kbd } from '../../shared/ui/marks/kbd';
import { PriorityMark } from '../../shared/ui/marks/priority-mark';
import { StatusMark } from '../../shared/ui/marks/status-mark';
import { type Shortcut, useShortcuts } from '../../shared/ui/shortcuts/shortcuts';
import { Skeleton } from '../../shared/ui/state/skeleton';
import { skeletonFor } from '../../shared/ui/state/skeleton-time';
import { StaleStrip } from '../../shared/ui/state/stale-strip';
import { State } from '../../shared/ui/state/state';
import { Toaster } from '../../shared/ui/toast/toaster';
import { DropFiles } from '../../shared/ui/upload/drop-files';
import { mayMove } from '../data/ticket-change';
import { DeskLayout } from '../desk/desk-layout';
import { Details } from '../details/details';
import { EditRequests } from '../editor/edit-requests';
import { ReplyEditor } from '../editor/reply-editor';
import { TicketDeeds } from '../ui/ticket-deeds';
import { Waiting } from '../ui/waiting';
import { AlsoHere } from '../presence/also-here';
import { Presence } from '../presence/presence';
import { ClosedNotice } from './closed-notice';
import { ConflictStrip } from './conflict-strip';
import { Conversation } from './conversation';
import { ListPlace } from './list-place';
import { TicketStore } from './ticket-store';

/** The field hears these itself: here they are for the list of all keys only. */
const EDITOR_KEYS: readonly Shortcut[] = [
  ['Mod+Enter', 'Send, or add the note'],
  ['Mod+Shift+Enter', 'Send and solve'],
  ['Mod+b', 'Bold'],
  ['Mod+i', 'Italic'],
  ['Escape', 'Leave, the draft is kept'],
].map(([keys = '', label = '']) => ({ keys, label, run: () => undefined, when: () => false }));

/** One ticket: what was said, what can be said next, and everything about it. */
@Component({
  selector: 'desk-ticket-view',
  imports: [
    AlsoHere,
    Avatar,
    ClosedNotice,
    ConflictStrip,
    Conversation,
    Details,
    DropFiles,
    Icon,
    Kbd,
    PriorityMark,
    ReplyEditor,
    RouterLink,
    Skeleton,
    StaleStrip,
    State,
    StatusMark,
    Waiting,
  ],
  templateUrl: './ticket-view.html',
  styleUrl: './ticket-view.scss',
  providers: [EditRequests, ListPlace, Presence, TicketDeeds, TicketStore],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TicketView implements OnInit {
  private readonly clipboard = inject(Clipboard);
  private readonly router = inject(Router);
  private readonly title = inject(Title);
  private readonly desk = deskName();
  private readonly toaster = inject(Toaster);
  private readonly solveButton = viewChild<ElementRef<HTMLElement>>('solve');
  protected readonly editor = viewChild(ReplyEditor);
  protected readonly deeds = inject(TicketDeeds);
  protected readonly layout = inject(DeskLayout);
  protected readonly place = inject(ListPlace);
  protected readonly store = inject(TicketStore);

  /** Number or id. */
  readonly ref = input.required<string>();

  protected readonly ticket = this.store.ticket;
  protected readonly waiting = skeletonFor(() => !this.ticket() && !this.store.problem());
  protected readonly canSolve = computed(() => {
    const ticket = this.ticket();
    return ticket !== null && ticket.status !== 'solved' && mayMove(ticket.status, 'solved');
  });

  /**
   * The caret is in the editor, which stays under it even when somebody closes the ticket: without a field around
   * them the next letters would be commands.
   */
  protected readonly writing = signal(false);
  private gone = false;

  constructor() {
    const presence = inject(Presence);
    effect(() => {
      const id = this.ticket()?.id;
      if (id) untracked(() => presence.begin(id));
    });
    inject(DestroyRef).onDestroy(() => (this.gone = true));
    this.layout.compact.set(true);
    this.layout.closePanelOver();
    this.deeds.apply = (_ticket, change) => this.store.set(change);
    this.deeds.useKeys('Ticket', () => this.target());
    useShortcuts('Ticket', [
      {
        keys: 'j',
        label: 'Next ticket',
        run: () => void this.goOn(),
        when: () => this.place.goesOn(),
      },
      {
        keys: 'k',
        label: 'Previous ticket',
        run: () => this.go(this.place.previous()),
        when: () => !!this.place.previous(),
      },
      { keys: 'r', label: 'Reply', run: () => this.editor()?.begin('reply'), when: () => !!this.editor() },
      {
        keys: 'n',
        label: 'Internal note',
        run: () => this.editor()?.begin('note'),
        when: () => !!this.editor(),
      },
      { keys: 'd', label: 'Show or hide the details', run: () => this.layout.togglePanel() },
      { keys: 'Escape', label: 'Back to the list', run: () => this.back() },
    ]);
    useShortcuts('Editor', EDITOR_KEYS);
    effect(() => {
      const ticket = this.ticket();
      if (ticket) this.title.setTitle(`#${ticket.number} ${ticket.subject} · ${this.desk}`);
    });
  }

  ngOnInit(): void {
    void this.store.open(this.ref());
  }

  protected target() {
    const ticket = this.ticket();
    return ticket && { ticket, origin: this.solveButton()?.nativeElement ?? null };
  }

  protected copyLink(): void {
    const link = `${location.origin}/tickets/${this.ticket()?.number ?? ''}`;
    if (this.clipboard.copy(link)) this.toaster.show({ text: `Link to #${this.ticket()?.number} copied` });
  }

  protected finish(): void {
    const target = this.target();
    if (target) void this.deeds.solve(target);
  }

  private async goOn(): Promise<void> {
    const number = await this.place.following();
    if (this.gone) return;
    if (number === null && this.place.goesOn())
      this.toaster.fail('The next ticket did not load', { label: 'Try again', run: () => this.goOn() });
    this.go(number);
  }

  private go(number: number | null): void {
    if (number !== null) void this.router.navigate(['/tickets', number]);
  }

  private back(): void {
    if (this.layout.panelOver() && this.layout.panelOpen()) return this.layout.togglePanel();
    void this.router.navigate(['/tickets'], { queryParams: this.place.params() });
  }
}
