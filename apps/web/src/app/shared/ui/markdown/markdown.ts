import { ChangeDetectionStrategy, Component, input, resource } from '@angular/core';

/**
 * A message body. The parser is its own bundle; until it is there the text stands as it was written, so
 * nothing jumps and nothing is hidden. `[innerHTML]` runs Angular's sanitiser over the result.
 */
@Component({
  selector: 'desk-markdown',
  templateUrl: './markdown.html',
  styleUrl: './markdown.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Markdown {
  readonly text = input.required<string>();

  protected readonly html = resource({
    params: () => this.text(),
    loader: async ({ params }) => (await import('./render-markdown')).renderMarkdown(params),
  });
}
