import type { SmokeCheck } from '../context';
import {
  protectedRoutesCheck,
  refreshCheck,
  registerCheck,
  rolesCheck,
  signInCheck,
  signOutCheck,
} from './account.checks';
import { attachmentDeleteCheck, downloadCheck, uploadCheck, uploadLimitsCheck } from './attachment.checks';
import { clientCheck, clientRoutesCheck } from './client.checks';
import { corsCheck } from './cors.check';
import { headersCheck } from './headers.check';
import { healthCheck } from './health.check';
import { rateLimitCheck, signInLimitCheck } from './limits.checks';
import { liveEventsCheck } from './live-events.check';
import { requestLogCheck } from './request-log.check';
import {
  messageCheck,
  otherCustomerCheck,
  ticketChangeCheck,
  ticketCreateCheck,
  ticketListCheck,
  ticketReadCheck,
  ticketSearchCheck,
} from './ticket.checks';
import { certificateCheck, redirectCheck, tlsCheck } from './tls.checks';

/** One after the other, as somebody would try it by hand. */
export const SMOKE_CHECKS: readonly SmokeCheck[] = [
  healthCheck,
  clientCheck,
  clientRoutesCheck,
  tlsCheck,
  certificateCheck,
  redirectCheck,
  headersCheck,
  corsCheck,
  rateLimitCheck,
  protectedRoutesCheck,
  registerCheck,
  signInCheck,
  refreshCheck,
  rolesCheck,
  ticketCreateCheck,
  ticketReadCheck,
  ticketListCheck,
  ticketSearchCheck,
  messageCheck,
  liveEventsCheck,
  ticketChangeCheck,
  uploadCheck,
  downloadCheck,
  attachmentDeleteCheck,
  uploadLimitsCheck,
  otherCustomerCheck,
  signOutCheck,
  requestLogCheck,
  signInLimitCheck,
];

export const SMOKE_CHECK_NAMES: readonly string[] = SMOKE_CHECKS.map(({ name }) => name);
