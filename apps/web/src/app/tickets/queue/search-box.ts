import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  computed,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { typedText } from '../../shared/ui/form/typed-text';
import { Icon } from '../../shared/ui/icon/icon';
import { Kbd } from '../../shared/ui/marks/kbd';
import { OPERATORS, piecesOf } from './search-operators';

const TYPING_MS = 350;

/** The search field: operators are tinted as they are typed, and explained while it has the focus. */
@Component({
  selector: 'desk-search-box',
  imports: [Icon, Kbd],
  templateUrl: './search-box.html',
  styleUrl: './search-box.scss',
  host: { '(focusout)': 'leave($event)' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SearchBox {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  private typing: ReturnType<typeof setTimeout> | undefined;

  /** The text that the list was made with. */
  readonly query = input.required<string>();
  /** A text to search for, after a pause in typing or on Enter. */
  readonly searched = output<string>();
  /** Escape: the field is left. */
  readonly left = output();

  protected readonly operators = OPERATORS;
  protected readonly open = signal(false);
  protected readonly scrolled = signal(0);
  protected readonly text = typedText(this.query, () => this.typing !== undefined);
  protected readonly pieces = computed(() => piecesOf(this.text()));

  constructor() {
    inject(DestroyRef).onDestroy(() => this.pause());
  }

  focus(): void {
    this.field().nativeElement.focus();
    this.field().nativeElement.select();
  }

  protected type(text: string): void {
    this.text.set(text);
    this.scrolled.set(this.field().nativeElement.scrollLeft);
    this.pause();
    this.typing = setTimeout(() => this.search(), TYPING_MS);
  }

  protected handle(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === 'Enter') {
      this.search();
      this.open.set(false);
      this.left.emit();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.open.set(false);
      this.field().nativeElement.blur();
      this.left.emit();
    }
  }

  /** Adds an example to what is there. */
  protected insert(example: string): void {
    const before = this.text().trimEnd();
    this.type(before ? `${before} ${example}` : example);
    const field = this.field().nativeElement;
    field.focus();
    setTimeout(() => field.setSelectionRange(field.value.length, field.value.length));
  }

  protected clear(): void {
    this.text.set('');
    this.search();
    this.field().nativeElement.focus();
  }

  protected leave(event: FocusEvent): void {
    if (!this.host.nativeElement.contains(event.relatedTarget as Node | null)) this.open.set(false);
  }

  private search(): void {
    this.pause();
    if (this.text().trim() !== this.query().trim()) this.searched.emit(this.text().trim());
  }
  private pause(): void {
    clearTimeout(this.typing);
    this.typing = undefined;
  }
}
