import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  InjectionToken,
  afterNextRender,
  computed,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { type Problem, toProblem } from '../../shared/http/problem';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import { Kbd } from '../../shared/ui/marks/kbd';
import { PriorityMark } from '../../shared/ui/marks/priority-mark';
import { StatusMark } from '../../shared/ui/marks/status-mark';
import { NotLoaded } from '../../shared/ui/state/not-loaded';
import type { PickerConfig, PickerOption } from './picker-option';

export interface PickerData {
  config: PickerConfig;
  /** null: closed without a choice. */
  close: (chosen: string[] | null) => void;
}

export const PICKER = new InjectionToken<PickerData>('picker');

const TYPING_MS = 150;
let lastId = 0;

/** The list of a picker: arrows move, Enter or a digit chooses, Escape leaves everything as it was. */
@Component({
  selector: 'desk-picker-panel',
  imports: [Avatar, Icon, Kbd, NotLoaded, PriorityMark, StatusMark],
  templateUrl: './picker-panel.html',
  styleUrl: './picker-panel.scss',
  host: { role: 'dialog', '[attr.aria-label]': 'config.label', '(keydown)': 'handle($event)' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PickerPanel {
  private readonly data = inject(PICKER);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly field = viewChild<ElementRef<HTMLElement>>('field');
  private readonly list = viewChild.required<ElementRef<HTMLElement>>('list');
  private typing: ReturnType<typeof setTimeout> | undefined;

  protected readonly config = this.data.config;
  protected readonly id = `picker-${++lastId}`;
  protected readonly text = signal('');
  protected readonly active = signal(0);
  private readonly found = signal<readonly PickerOption[]>(this.config.options);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly looking = signal(false);
  private readonly chosen = signal<readonly string[]>(this.config.selected);

  protected readonly shown = computed(() => {
    const text = this.text().trim().toLocaleLowerCase();
    const options = this.config.find ? this.found() : this.found().filter((option) => fits(option, text));
    const created = text && this.config.create ? this.config.create(this.text().trim()) : null;
    return created && !options.some((option) => option.value === created.value)
      ? [...options, created]
      : options;
  });
  protected readonly activeId = computed(() =>
    this.shown().length > 0 ? `${this.id}-${this.active()}` : null,
  );

  constructor() {
    const at = this.config.options.findIndex((option) => this.config.selected.includes(option.value));
    this.active.set(this.config.multiple ? 0 : Math.max(0, at));
    afterNextRender(() => this.focus());
    void this.lookUp('');
  }

  protected isChosen(option: PickerOption): boolean {
    return this.chosen().includes(option.value);
  }

  protected search(text: string): void {
    this.text.set(text);
    this.active.set(0);
    if (!this.config.find) return;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.lookUp(text), TYPING_MS);
  }

  protected choose(option: PickerOption): void {
    if (!this.config.multiple) return this.data.close([option.value]);
    this.chosen.update((chosen) =>
      chosen.includes(option.value)
        ? chosen.filter((value) => value !== option.value)
        : [...chosen, option.value],
    );
    if (this.text()) this.search('');
  }

  protected clear(): void {
    this.chosen.set([]);
  }

  /** Takes what is ticked. */
  accept(): void {
    this.data.close(this.config.multiple ? [...this.chosen()] : null);
  }

  protected handle(event: KeyboardEvent): void {
    const options = this.shown();
    const digit = this.text() === '' && options.find((option) => option.digit === event.key);
    if (event.isComposing) return;
    if (digit && !event.ctrlKey && !event.metaKey && !event.altKey) this.choose(digit);
    else if (event.key === 'ArrowDown') this.move(1);
    else if (event.key === 'ArrowUp') this.move(-1);
    else if (event.key === 'Enter' && (event.target as Element).tagName !== 'BUTTON')
      this.chooseActive(event);
    else if (event.key === ' ' && !this.config.searchable && this.config.multiple) this.chooseActive(event);
    else if (event.key === 'Escape') this.data.close(null);
    else if (event.key === 'Tab' && !this.config.multiple && !this.problem()) this.data.close(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The pressed button goes: without the focus in here, the next letter would be a key of the page. */
  protected retry(): void {
    this.focus();
    void this.lookUp(this.text());
  }

  private focus(): void {
    (this.field() ?? this.list()).nativeElement.focus();
  }

  private chooseActive(event: KeyboardEvent): void {
    const option = this.shown()[this.active()];
    if (event.ctrlKey || event.metaKey) this.accept();
    else if (option) this.choose(option);
  }

  private move(step: number): void {
    const count = this.shown().length;
    if (count === 0) return;
    this.active.update((at) => (at + step + count) % count);
    const option = this.host.nativeElement.querySelector(`#${this.id}-${this.active()}`);
    option?.scrollIntoView?.({ block: 'nearest' });
  }

  /** Asks the server for the options; those that are there stay until it has answered. */
  private async lookUp(text: string): Promise<void> {
    const { find, load } = this.config;
    if (!find && !load) return;
    this.problem.set(null);
    this.looking.set(true);
    try {
      const options = find ? await find(text) : await load?.();
      if (options && (load || text === this.text())) this.found.set(options);
    } catch (error) {
      if (load || text === this.text()) this.problem.set(toProblem(error));
    }
    if (load || text === this.text()) this.looking.set(false);
  }
}

function fits(option: PickerOption, text: string): boolean {
  return option.label.toLocaleLowerCase().includes(text);
}
