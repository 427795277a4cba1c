/** What S3 calls its operations, as far as this store knows them. */
export type S3Operation =
  | 'ListBuckets'
  | 'GetPublicAccessBlock'
  | 'GetBucketEncryption'
  | 'GetBucketPolicy'
  | 'GetBucketPolicyStatus'
  | 'GetBucketVersioning'
  | 'HeadBucket'
  | 'CreateBucket'
  | 'ListObjectsV2'
  | 'ListMultipartUploads'
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload';

export type S3Fault =
  /** Answers so and does nothing. */
  | { kind: 'error'; status: number; code: string }
  /** Says 200, thinks better of it and says in the body what went wrong, as S3 may after it has begun to answer. */
  | { kind: 'error-in-200'; code: string }
  /** Takes the request and never answers. */
  | { kind: 'hang' }
  /** Does what is asked, later. */
  | { kind: 'delay'; ms: number }
  /** Cuts the connection once so many bytes of the request's body have come; nothing is done. */
  | { kind: 'cut'; afterBytes: number }
  /** Does what is asked and never answers. */
  | { kind: 'keep-answer' }
  /** Does what is asked, and cuts the connection instead of answering. */
  | { kind: 'lose-answer' }
  /** Says that the whole body comes, sends so many bytes of it and cuts the connection. */
  | { kind: 'truncate'; afterBytes: number }
  /** Says that the whole body comes, sends so many bytes of it and then nothing more. */
  | { kind: 'stall'; afterBytes: number };

export const slowDown: S3Fault = { kind: 'error', status: 503, code: 'SlowDown' };
export const internalError: S3Fault = { kind: 'error', status: 500, code: 'InternalError' };
export const serviceUnavailable: S3Fault = { kind: 'error', status: 503, code: 'ServiceUnavailable' };
export const accessDenied: S3Fault = { kind: 'error', status: 403, code: 'AccessDenied' };

interface Scripted {
  operation: S3Operation | 'any';
  fault: S3Fault;
  left: number;
}

/** What goes wrong next. The first line of the script that fits a request is used, and counted down. */
export class S3FaultScript {
  private lines: Scripted[] = [];

  /** The next `times` requests of this operation fail so; a number may be Infinity. */
  next(operation: S3Operation | 'any', fault: S3Fault, times = 1): void {
    this.lines.push({ operation, fault, left: times });
  }

  /** Until `clear()`. */
  always(operation: S3Operation | 'any', fault: S3Fault): void {
    this.next(operation, fault, Number.POSITIVE_INFINITY);
  }

  clear(): void {
    this.lines = [];
  }

  /** @returns what the request that has come now meets, if anything */
  take(operation: S3Operation): S3Fault | undefined {
    const line = this.lines.find(
      (one) => one.left > 0 && (one.operation === 'any' || one.operation === operation),
    );
    if (!line) return undefined;
    line.left -= 1;
    return line.fault;
  }
}
