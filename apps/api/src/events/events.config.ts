import type { z } from 'zod';
import { DomainError } from '../common/domain-error';
import type { eventsSchema } from '../config/events.schema';

export type EventsConfig = z.output<typeof eventsSchema>;
export const EVENTS_CONFIG = Symbol('EventsConfig');

/** The process serves as many streams as it can, or is about to end. Clients try again a little later. */
export class StreamsBusyError extends DomainError {
  readonly code = 'unavailable';
  readonly status = 503;

  constructor() {
    super('Live updates are not available just now');
  }
}
