import type { Attachment } from '@liftdesk/api-client';

/** A file on its way; every change is a new object. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
  /**
   * `waiting` for its turn, `sending`, `done` (staged, `attachment` is set), `failed` (may be tried again),
   * `refused` (cannot be sent at all).
   */
  readonly state: 'waiting' | 'sending' | 'done' | 'failed' | 'refused';
  /** Bytes sent. */
  readonly sent: number;
  /** Estimate while sending, null until there is one. */
  readonly secondsLeft: number | null;
  /** What to say about a failed or refused file. */
  readonly message: string;
  /** The place for files was away at the last try, and since: the file itself is fine. */
  readonly storageAway: boolean;
  readonly attachment: Attachment | null;
  /** blob: URL of a picture, for the thumbnail. */
  readonly thumbnail: string | null;
}
