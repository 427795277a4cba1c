import { LiveAnnouncer } from '@angular/cdk/a11y';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  untracked,
} from '@angular/core';
import type { PersonHere } from '../../live/live-event';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { PeopleHere } from './people-here';

const SHOWN = 3;

/** Who else has the ticket open: small faces, and a sentence for those who do not see them. */
@Component({
  selector: 'desk-also-here',
  imports: [Avatar],
  template: `
    @if (people().length > 0) {
      <span class="faces" aria-hidden="true">
        @for (person of shown(); track person.id) {
          <span class="face" [class.typing]="person.state === 'typing'">
            <desk-avatar [person]="person" />
          </span>
        }
        @if (people().length > shown().length) {
          <span class="support text-3 num">+{{ people().length - shown().length }}</span>
        }
      </span>
      <span class="support text-3 words" aria-hidden="true">also here</span>
    }
    <span class="sr-only">{{ sentence(people()) }}</span>
  `,
  styleUrl: './also-here.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AlsoHere {
  private readonly here = inject(PeopleHere);

  readonly ticketId = input.required<string>();
  protected readonly people = computed(() => this.here.on(this.ticketId()));
  protected readonly shown = computed(() => this.people().slice(0, SHOWN));
  protected readonly sentence = sentence;

  constructor() {
    const announcer = inject(LiveAnnouncer);
    // People come and go all day: hearing of each turn would drown the rest.
    const announced = new Set<string>();
    effect(() => {
      const newcomers = this.people().filter(({ id }) => !announced.has(id));
      for (const { id } of newcomers) announced.add(id);
      if (newcomers.length > 0) untracked(() => void announcer.announce(sentence(newcomers), 'polite'));
    });
  }
}

function sentence(people: readonly PersonHere[]): string {
  const names = people.map((person) => person.name);
  if (names.length === 0) return '';
  const list = new Intl.ListFormat('en-GB').format(names);
  return `${list} ${names.length === 1 ? 'has' : 'have'} this ticket open too`;
}
