import type { TicketPriority, TicketStatus } from '@liftdesk/api-client';
import type { IconName } from '../../shared/ui/icon/icons';

/** One thing to choose; what it stands for decides how it is drawn. */
export interface PickerOption {
  value: string;
  label: string;
  /** Small words at the end, for example how many tickets have the tag. */
  note?: string;
  /** A digit that chooses it at once. */
  digit?: string;
  status?: TicketStatus;
  priority?: TicketPriority;
  /** null: nobody. */
  person?: { id: string; name: string } | null;
  icon?: IconName;
}

export interface PickerConfig {
  /** What is chosen, for the panel's name and its field: `Assignee`. */
  label: string;
  options: readonly PickerOption[];
  selected: readonly string[];
  /** Several can be ticked; they are taken when the panel closes. */
  multiple?: boolean;
  /** Shows a field that narrows the options. */
  searchable?: boolean;
  /** Options from the server for what was typed, instead of narrowing `options`. */
  find?: (text: string) => Promise<readonly PickerOption[]>;
  /** All options, where those given may lack some: read on opening. */
  load?: () => Promise<readonly PickerOption[]>;
  /** Offers what was typed as an option of its own; null when it cannot be one. */
  create?: (text: string) => PickerOption | null;
}
