import type { TicketStatus } from '@liftdesk/api-client';
import { STATUS_WORDS } from '../../shared/ui/marks/status-mark';

export interface SendOption {
  label: string;
  /** Set with the reply; undefined leaves it to the API. */
  status: TicketStatus | undefined;
  keys?: string;
}

/** The ways to send a reply from this status; the first is the button's own. */
export function sendOptions(status: TicketStatus): SendOption[] {
  const stays = status === 'new' ? 'open' : status;
  const options: SendOption[] = [
    { label: 'Send, set Pending', status: 'pending', keys: 'Mod+Enter' },
    { label: 'Send and solve', status: 'solved', keys: 'Mod+Shift+Enter' },
    { label: stays === 'open' ? 'Send and keep Open' : 'Send, set Open', status: 'open' },
  ];
  if (stays !== 'open' && stays !== 'pending') {
    options.push({ label: `Just send, stays ${STATUS_WORDS[stays]}`, status: undefined });
  }
  return options;
}
