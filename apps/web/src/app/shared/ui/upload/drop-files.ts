import { Directive, output, signal } from '@angular/core';

/**
 * Takes files dropped on or pasted into its host. While files hover it carries the class `over`:
 * `<form [deskDropFiles] (dropped)="queue.add($event)">`.
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
  },
})
export class DropFiles {
  readonly dropped = output<File[]>();

  private depth = 0;
  private readonly hovering = signal(false);
  /** Files hover over the host. */
  readonly over = this.hovering.asReadonly();

  protected enter(event: DragEvent): void {
    if (!holdsFiles(event.dataTransfer)) return;
    this.depth++;
    this.hovering.set(true);
  }

  protected allow(event: DragEvent): void {
    if (holdsFiles(event.dataTransfer)) event.preventDefault();
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

  /** Text in the clipboard stays text, also where a picture of it lies beside (spreadsheets do that). */
  protected paste(event: ClipboardEvent): void {
    if (!event.clipboardData?.types.includes('text/plain')) this.take(event, event.clipboardData);
  }

  private take(event: Event, transfer: DataTransfer | null): void {
    const files = [...(transfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.dropped.emit(files);
  }
}

function holdsFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') ?? false;
}
