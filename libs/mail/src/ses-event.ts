/** What became of a mail after SES had taken it. */
export interface SesEvent {
  outcome: 'bounced' | 'complained' | 'delivered';
  /** As SES calls the mail: `Accepted.providerId`. */
  providerId: string;
  /** Ours, with its angle brackets, where the event has it. */
  messageId: string | null;
  /** The address is no good, or its owner does not want our mail: writing to it again would do harm. */
  block: boolean;
  /** For people at the desk: codes, no address. */
  reason: string | null;
}

type Json = Readonly<Record<string, unknown>>;

/** @returns null for what is no event of a mail that we must act on, such as a temporary bounce */
export function parseSesEvent(message: string): SesEvent | null {
  const event = objectOf(parseJson(message));
  const mail = objectOf(event['mail']);
  const providerId = mail['messageId'];
  if (typeof providerId !== 'string') return null;
  const ours = objectOf(mail['commonHeaders'])['messageId'];
  const known = { providerId, messageId: typeof ours === 'string' ? ours : null };
  switch (event['notificationType'] ?? event['eventType']) {
    case 'Bounce':
      return bounceOf(objectOf(event['bounce']), known);
    case 'Complaint':
      return complaintOf(objectOf(event['complaint']), known);
    case 'Delivery':
      return { ...known, outcome: 'delivered', block: false, reason: null };
    default:
      return null;
  }
}

function bounceOf(bounce: Json, known: Pick<SesEvent, 'providerId' | 'messageId'>): SesEvent {
  const permanent = bounce['bounceType'] === 'Permanent';
  const [first] = Array.isArray(bounce['bouncedRecipients']) ? bounce['bouncedRecipients'] : [];
  const code = /\b\d{3}[ -]+\d\.\d{1,3}\.\d{1,3}\b|\b\d\.\d{1,3}\.\d{1,3}\b|\b[45]\d{2}\b/.exec(
    String(objectOf(first)['diagnosticCode'] ?? objectOf(first)['status'] ?? ''),
  )?.[0];
  const words = permanent ? 'The address does not take mail' : 'The mail came back for now';
  return {
    ...known,
    outcome: 'bounced',
    block: permanent,
    reason: code === undefined ? words : `${words} (${code})`,
  };
}

function complaintOf(complaint: Json, known: Pick<SesEvent, 'providerId' | 'messageId'>): SesEvent | null {
  const kind = complaint['complaintFeedbackType'];
  // The recipient took the mail out of the junk.
  if (kind === 'not-spam') return null;
  const words = 'The recipient reported the mail';
  const reason = typeof kind === 'string' && /^[a-z-]{1,30}$/.test(kind) ? `${words} (${kind})` : words;
  return { ...known, outcome: 'complained', block: true, reason };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // SNS also sends plain sentences, such as that a topic was set up
  }
}

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
