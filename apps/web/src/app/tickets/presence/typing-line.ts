import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { firstName } from '../ui/first-name';
import { PeopleHere } from './people-here';

/** `Maja is typing`, over the editor: no lock, just so that nobody answers twice. Not announced: it comes and goes. */
@Component({
  selector: 'desk-typing-line',
  imports: [Avatar],
  template: `
    @for (person of typing().slice(0, 2); track person.id) {
      <desk-avatar aria-hidden="true" [person]="person" [size]="20" />
    }
    <span class="cut">{{ words() }}</span>
    @if (words()) {
      <span class="dots" aria-hidden="true">
        <i></i>
        <i></i>
        <i></i>
      </span>
    }
  `,
  styleUrl: './typing-line.scss',
  host: { '[class.on]': 'typing().length > 0' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TypingLine {
  private readonly here = inject(PeopleHere, { optional: true });

  readonly ticketId = input.required<string>();
  protected readonly typing = computed(() =>
    (this.here?.on(this.ticketId()) ?? []).filter((person) => person.state === 'typing'),
  );
  protected readonly words = computed(() => {
    const [one, two] = this.typing().map((person) => firstName(person.name));
    const count = this.typing().length;
    if (!one) return '';
    if (!two) return `${one} is typing`;
    return count === 2 ? `${one} and ${two} are typing` : `${one} and ${count - 1} others are typing`;
  });
}
