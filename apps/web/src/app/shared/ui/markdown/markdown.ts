import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { renderMarkdown } from './render-markdown';

/**
 * A message body, rendered with the page so that nothing jumps. The parser comes with it: only what is lazy may use it.
 * `[innerHTML]` runs Angular's sanitiser over the result.
 */
@Component({
  selector: 'desk-markdown',
  templateUrl: './markdown.html',
  styleUrl: './markdown.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Markdown {
  readonly text = input.required<string>();

  protected readonly html = computed(() => renderMarkdown(this.text()));
}
