import { RefusedError } from '../common/operator-errors';

/** The archive is not one that an export made, or it is damaged: nothing of it is believed, or kept. */
export class ArchiveError extends RefusedError {
  constructor(why: string, options?: ErrorOptions) {
    super(`The archive cannot be used: ${why}. The desk is as it was before`, options);
  }
}
