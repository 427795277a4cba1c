import { createHash, randomBytes } from 'node:crypto';
import { S3Error } from './s3-error';
import { newPosture } from './s3-posture';
import type { Checksums } from './s3-body';

export interface KeptObject {
  bytes: Buffer;
  /** Hexadecimal, without its quotes. */
  etag: string;
  lastModified: Date;
  /** Lower-case headers that come back as they were sent: content-type, x-amz-meta-*, x-amz-server-side-encryption*. */
  headers: Readonly<Record<string, string>>;
  checksums: Checksums;
}

interface Part {
  bytes: Buffer;
  etag: string;
  checksums: Checksums;
}

/** A part as the end of an upload names it. */
export interface NamedPart {
  number: number;
  etag: string;
  /** By algorithm as the begin of the upload names it, e.g. `CRC32`. */
  checksums: Readonly<Record<string, string>>;
}

export interface MultipartUpload {
  uploadId: string;
  key: string;
  initiated: Date;
  headers: Readonly<Record<string, string>>;
  /** What each part and the end must name, e.g. `CRC32`. */
  algorithm?: string;
  parts: Map<number, Part>;
}

const MIN_PART = 5 * 1024 * 1024;
const headerOf = (algorithm: string): string => `x-amz-checksum-${algorithm.toLowerCase()}`;
const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

/** Objects and unfinished multipart uploads of one bucket, in memory. */
export class S3Bucket {
  readonly posture = newPosture();
  readonly objects = new Map<string, KeptObject>();
  readonly uploads = new Map<string, MultipartUpload>();

  /** Milliseconds since 1970. */
  constructor(private readonly now: () => number) {}

  /** @throws S3Error */
  object(key: string): KeptObject {
    const kept = this.objects.get(key);
    if (!kept) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
    return kept;
  }

  put(key: string, bytes: Buffer, headers: KeptObject['headers'], checksums: Checksums): KeptObject {
    const kept = { bytes, etag: md5(bytes), lastModified: this.instant(), headers, checksums };
    this.objects.set(key, kept);
    return kept;
  }

  begin(key: string, headers: KeptObject['headers'], algorithm?: string): MultipartUpload {
    const uploadId = randomBytes(16).toString('hex');
    const parts = new Map<number, Part>();
    const upload = { uploadId, key, initiated: this.instant(), headers, algorithm, parts };
    this.uploads.set(uploadId, upload);
    return upload;
  }

  /** @throws S3Error */
  upload(key: string, uploadId: string): MultipartUpload {
    const upload = this.uploads.get(uploadId);
    if (upload?.key !== key) throw new S3Error('NoSuchUpload');
    return upload;
  }

  /** @throws S3Error */
  addPart(key: string, uploadId: string, number: number, bytes: Buffer, checksums: Checksums): Part {
    const part = { bytes, etag: md5(bytes), checksums };
    this.upload(key, uploadId).parts.set(number, part);
    return part;
  }

  /** @throws S3Error unless the parts are those that came, in order and large enough */
  complete(key: string, uploadId: string, named: readonly NamedPart[]): KeptObject {
    const { parts, headers, algorithm } = this.upload(key, uploadId);
    if (named.length === 0) throw new S3Error('MalformedXML');
    const chosen = named.map(({ number, etag, checksums }, index) => {
      const part = parts.get(number);
      if (algorithm !== undefined && checksums[algorithm] === undefined)
        throw new S3Error('InvalidRequest', `The checksum of part ${number} is missing`);
      if (Object.entries(checksums).some(([name, sum]) => part?.checksums[headerOf(name)] !== sum))
        throw new S3Error('InvalidPart');
      if (part?.etag !== etag || (index > 0 && number <= (named[index - 1]?.number ?? 0)))
        throw new S3Error('InvalidPart');
      if (index < named.length - 1 && part.bytes.length < MIN_PART) throw new S3Error('EntityTooSmall');
      return part;
    });
    const digests = Buffer.concat(chosen.map(({ etag }) => Buffer.from(etag, 'hex')));
    const kept: KeptObject = {
      bytes: Buffer.concat(chosen.map(({ bytes }) => bytes)),
      etag: `${md5(digests)}-${chosen.length}`,
      lastModified: this.instant(),
      headers,
      checksums: {},
    };
    this.objects.set(key, kept);
    this.uploads.delete(uploadId);
    return kept;
  }

  /** One page of keys in the order of their bytes, after the given one. */
  page(prefix: string, after: string, size: number): { keys: string[]; truncated: boolean } {
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && compare(key, after) > 0)
      .sort(compare);
    return { keys: keys.slice(0, size), truncated: keys.length > size };
  }

  /** To the second, as S3 says it. */
  private instant(): Date {
    return new Date(Math.floor(this.now() / 1000) * 1000);
  }
}

const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
