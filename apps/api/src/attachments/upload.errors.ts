import { DomainError, FieldError } from '../common/domain-error';
import type { Refusal } from './inspection/allowed-types';

export class UploadTooLargeError extends DomainError {
  readonly code = 'too-large';
  readonly status = 413;

  /** @param limit bytes that one file may have */
  constructor(limit: number, filename?: string) {
    const size = `${Number((limit / (1024 * 1024)).toFixed(1))} MB`;
    super(filename === undefined ? `A file has at most ${size}` : `“${filename}” has more than ${size}`, {
      extensions: { limit },
    });
  }
}

const REFUSALS: Readonly<Record<Refusal, string>> = {
  type: 'Files of this kind are not accepted',
  empty: 'The file is empty',
  macros: 'Documents with macros are not accepted',
  damaged: 'The file is damaged',
};

/** One file of a request or more may not be attached; none of the request is kept. */
export class UnsupportedTypeError extends DomainError {
  readonly code = 'unsupported-type';
  readonly status = 415;

  /** @param refused each file with its place in the request, counted from 0 */
  constructor(refused: readonly { index: number; filename: string; refusal: Refusal }[]) {
    const errors: FieldError[] = refused.map(({ index, filename, refusal }) => ({
      pointer: `/attachments/${index}`,
      detail: `${REFUSALS[refusal]}: “${filename}”`,
    }));
    super(errors[0]?.detail ?? REFUSALS.type, { extensions: { errors } });
  }
}

/** The sender went away before the end; nobody will read the answer. */
export class UploadAbortedError extends DomainError {
  readonly code = 'upload-aborted';
  readonly status = 400;

  constructor(options?: ErrorOptions) {
    super('The upload was broken off', options);
  }
}

/** The folder for files under way cannot be written. */
export class StagingUnavailableError extends DomainError {
  readonly code = 'storage-unavailable';
  readonly status = 503;
  override readonly level = 'error';

  constructor(options?: ErrorOptions) {
    super('Files cannot be taken right now', options);
  }
}
