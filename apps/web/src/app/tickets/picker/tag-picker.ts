import { Injectable, inject } from '@angular/core';
import { TicketClient } from '../data/ticket-client';
import type { PickerOption } from './picker-option';
import { Pickers } from './pickers';
import { asTag } from './ticket-options';

/** Chooses tags among those in use, or makes new ones. */
@Injectable({ providedIn: 'root' })
export class TagPicker {
  private readonly client = inject(TicketClient);
  private readonly pickers = inject(Pickers);

  /** The chosen tags in order, or null when Escape left them. `onlyKnown` offers no new ones. */
  async choose(origin: Element, selected: readonly string[], onlyKnown = false): Promise<string[] | null> {
    const find = async (text: string): Promise<PickerOption[]> => {
      const found = await this.client.tags(text);
      const known = found.map(({ name, count }) => ({ value: name, label: name, note: String(count) }));
      if (text) return known;
      const missing = selected.filter((tag) => !found.some(({ name }) => name === tag));
      return [...missing.map((tag) => ({ value: tag, label: tag })), ...known];
    };
    const create = (text: string): PickerOption | null => {
      const tag = onlyKnown ? null : asTag(text);
      return tag ? { value: tag, label: `Add “${tag}”`, icon: 'plus' } : null;
    };
    const options = selected.map((tag) => ({ value: tag, label: tag }));
    const config = { label: 'Tags', options, selected, searchable: true, find, create };
    const tags = await this.pickers.many(origin, config);
    return tags && [...tags].sort();
  }
}
