import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

const VIOLET = new Set(['MP4', 'MOV', 'WEBM', 'MP3', 'JPG', 'JPEG', 'PNG', 'GIF', 'WEBP']);
const BLUE = new Set(['CSV', 'TXT', 'DOC', 'DOCX', 'XLS', 'XLSX']);

/** A file's kind as a small tile with its ending. */
@Component({
  selector: 'desk-file-tile',
  template: `
    {{ ending() }}
  `,
  styleUrl: './file-tile.scss',
  host: {
    'aria-hidden': 'true',
    '[class.violet]': 'violet()',
    '[class.blue]': 'blue()',
    '[class.large]': 'large()',
  },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class FileTile {
  readonly name = input.required<string>();
  readonly large = input(false);

  protected readonly ending = computed(
    () => /\.([\p{L}\p{N}]{1,4})$/u.exec(this.name())?.[1]?.toUpperCase() ?? 'FILE',
  );
  protected readonly violet = computed(() => VIOLET.has(this.ending()));
  protected readonly blue = computed(() => BLUE.has(this.ending()));
}
