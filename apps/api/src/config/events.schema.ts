import { z } from 'zod';
import { duration } from './duration';

const count = (byDefault: number, what: string) =>
  z.coerce.number().int().min(1).default(byDefault).describe(what);

/** Streams of server-sent events. */
export const eventsSchema = z.object({
  EVENTS_HEARTBEAT: duration('15s')
    .refine((ms) => ms >= 20 && ms <= 60_000, 'expected 20ms to 60s: proxies cut what is silent for longer')
    .describe('How often an open stream of events says that it lives, and asks whether it still may'),
  EVENTS_STREAMS_PER_USER: count(10, 'Streams of events that one user may have open in one process'),
  EVENTS_STREAMS: count(1_000, 'Streams of events that one process serves; a fifth is for the desk alone'),
});
