import { Directive, input, output, signal } from '@angular/core';

/**
 * Takes files dropped on or pasted into its host. While files hover it carries the class `over`:
 * `<form deskDropFiles (dropped)="queue.add($event)">`. Beside it a drop does nothing: left to itself, the browser
 * would open the file in the place of the page.
 */
@Directive({
  selector: '[deskDropFiles]',
  exportAs: 'deskDropFiles',
  host: {
    '[class.over]': 'over()',
    '(dragenter)': 'enter($event)',
    '(dragover)': 'allow($event)',
    '(dragleave)': 'leave()',
    '(drop)': 'drop($event)',
    '(paste)': 'paste($event)',
    '(window:dragover)': 'forbid($event)',
    '(window:drop)': 'forbid($event)',
  },
})
export class DropFiles {
  /** False while there is nothing to add files to. */
  readonly taking = input(true);
  readonly dropped = output<File[]>();

  private depth = 0;
  private readonly hovering = signal(false);
  /** Files hover over the host. */
  readonly over = this.hovering.asReadonly();

  protected enter(event: DragEvent): void {
    if (!this.taking() || !holdsFiles(event.dataTransfer)) return;
    this.depth++;
    this.hovering.set(true);
  }

  protected allow(event: DragEvent): void {
    if (this.taking() && holdsFiles(event.dataTransfer)) event.preventDefault();
  }

  protected leave(): void {
    this.depth = Math.max(0, this.depth - 1);
    if (this.depth === 0) this.hovering.set(false);
  }

  protected drop(event: DragEvent): void {
    this.depth = 0;
    this.hovering.set(false);
    this.take(event, event.dataTransfer);
  }

  protected forbid(event: DragEvent): void {
    if (event.defaultPrevented || !event.dataTransfer || !holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'none';
  }

  /** Text in the clipboard stays text, also where a picture of it lies beside (spreadsheets do that). */
  protected paste(event: ClipboardEvent): void {
    if (!event.clipboardData?.types.includes('text/plain')) this.take(event, event.clipboardData);
  }

  private take(event: Event, transfer: DataTransfer | null): void {
    const files = [...(transfer?.files ?? [])];
    if (!this.taking() || files.length === 0) return;
    event.preventDefault();
    this.dropped.emit(files);
  }
}

function holdsFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') ?? false;
}
