import { type Dialog, DialogRef } from '@angular/cdk/dialog';
import { Overlay } from '@angular/cdk/overlay';
import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  type Injector,
  computed,
  inject,
  resource,
  signal,
} from '@angular/core';
import { Router } from '@angular/router';
import { toProblem } from '../../shared/http/problem';
import { Icon } from '../../shared/ui/icon/icon';
import { Kbd } from '../../shared/ui/marks/kbd';
import { StatusMark } from '../../shared/ui/marks/status-mark';
import { Shortcuts } from '../../shared/ui/shortcuts/shortcuts';
import { NotLoaded } from '../../shared/ui/state/not-loaded';
import { TicketClient } from '../data/ticket-client';
import { TicketList } from '../data/ticket-list';
import { type PaletteEntry, commandsOf, marked, numberIn } from './palette-entries';

const TYPING_MS = 200;
const FOUND = '6';

/** Every command by name, and every ticket by number or words. */
@Component({
  selector: 'desk-palette',
  imports: [Icon, Kbd, NotLoaded, StatusMark],
  templateUrl: './palette.html',
  styleUrl: './palette.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Palette {
  private readonly client = inject(TicketClient);
  private readonly dialog = inject<DialogRef<PaletteEntry>>(DialogRef);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly list = inject(TicketList);
  private readonly router = inject(Router);
  /** As they were when it opened: in here the keys mean other things. */
  private readonly groups = inject(Shortcuts).groups();
  private typing: ReturnType<typeof setTimeout> | undefined;

  protected readonly text = signal('');
  protected readonly active = signal(0);
  private readonly asked = signal('');
  /** The ticket that the commands act on. */
  protected readonly subject = computed(() => this.list.find(this.list.cursorId()) ?? null);
  protected readonly found = resource({
    params: () => this.asked() || undefined,
    loader: async ({ params }) => (await this.client.list({ q: beginning(params), limit: FOUND })).page.items,
  });
  protected readonly entries = computed(() => {
    const text = this.text().trim();
    return [...this.byNumber(text), ...commandsOf(this.groups, text), ...this.byWords()];
  });

  protected readonly problem = computed(() => {
    const error = this.found.error();
    return error ? toProblem(error.cause ?? error) : null;
  });
  protected readonly searching = computed(
    () => this.found.isLoading() || (this.text().trim() !== this.asked() && !numberIn(this.text())),
  );

  protected search(text: string): void {
    this.text.set(text);
    this.active.set(0);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.asked.set(numberIn(text) ? '' : text.trim()), TYPING_MS);
  }

  protected parts(label: string) {
    return marked(label, this.text().trim());
  }

  protected handle(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const count = this.entries().length;
    if (event.key === 'ArrowDown') this.move((this.active() + 1) % Math.max(1, count));
    else if (event.key === 'ArrowUp') this.move((this.active() - 1 + count) % Math.max(1, count));
    else if (event.key === 'Enter') this.run(this.entries()[this.active()]);
    else return;
    event.preventDefault();
  }

  protected run(entry: PaletteEntry | undefined): void {
    if (entry) this.dialog.close(entry);
  }

  private move(to: number): void {
    this.active.set(to);
    this.host.nativeElement.querySelector(`#palette-${to}`)?.scrollIntoView?.({ block: 'nearest' });
  }

  private byNumber(text: string): PaletteEntry[] {
    const number = numberIn(text);
    return number
      ? [{ id: 'number', group: 'Tickets', label: `Open #${number}`, run: () => this.open(number) }]
      : [];
  }

  private byWords(): PaletteEntry[] {
    const tickets = this.found.hasValue() ? this.found.value() : [];
    return tickets.map((ticket) => ({
      id: ticket.id,
      group: 'Tickets',
      label: ticket.subject,
      ticket,
      run: () => this.open(String(ticket.number)),
    }));
  }

  private open(number: string): void {
    void this.router.navigate(['/tickets', number]);
  }
}

/** A word that is still being typed stands for all that begin so. */
function beginning(text: string): string {
  return /[\p{L}\p{N}]$/u.test(text) ? `${text}*` : text;
}

/** Opens the palette and, when it has closed, does what was chosen. */
export function openPalette(dialog: Dialog, injector: Injector): void {
  const positionStrategy = injector
    .get(Overlay)
    .position()
    .global()
    .top('min(112px, 10vh)')
    .centerHorizontally();
  const opened = dialog.open<PaletteEntry>(Palette, {
    injector,
    ariaLabel: 'Commands',
    positionStrategy,
    autoFocus: 'input',
  });
  opened.closed.subscribe((entry) => entry?.run());
}
