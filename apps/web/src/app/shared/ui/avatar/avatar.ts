import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { Icon } from '../icon/icon';
import { hueOf, initialsOf } from './initials';

/** Who somebody is at a glance: teammates are round, customers squared off, nobody is a dashed ring. */
@Component({
  selector: 'desk-avatar',
  imports: [Icon],
  templateUrl: './avatar.html',
  styleUrl: './avatar.scss',
  host: { '[class]': 'classes()', '[attr.title]': 'person()?.name ?? "Unassigned"' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Avatar {
  /** null stands for nobody. The hue comes from the id, never from the name. */
  readonly person = input.required<{ id: string; name: string } | null>();
  readonly customer = input(false);
  /** 20, 24, 32 or 40 px. */
  readonly size = input<20 | 24 | 32 | 40>(24);

  protected readonly initials = computed(() => initialsOf(this.person()?.name ?? ''));
  protected readonly classes = computed(() => {
    const person = this.person();
    const kind = person ? `hue-${hueOf(person.id)}` : 'nobody';
    return `size-${this.size()} ${kind}${this.customer() ? ' customer' : ''}`;
  });
}
