import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Disposition, SignedUrl, SignedUrlOptions } from './file-storage';
import { StorageLinkExpiredError, StorageLinkInvalidError } from './file-storage.errors';
import { assertLifetime, safeDisposition, wellFormed } from './link-terms';
import { assertKey } from './storage-key';

/** For the links alone: derive it from the application's secret. */
export type LinkSecret = string | Uint8Array;

/** The query of a signed link as it arrives: not to be believed before `verify`. */
export interface LinkQuery {
  name: string;
  type: string;
  disposition: string;
  /** Seconds since 1970, in decimal digits. */
  expires: string;
  signature: string;
}

export interface VerifiedLink {
  key: string;
  filename: string;
  contentType: string;
  disposition: Disposition;
  /** Whole seconds that the link will still live, at least 0. */
  secondsLeft: number;
}

/** Makes and checks links that the API itself serves: HMAC-SHA256 over everything that the link says. */
export class LinkSigner {
  /**
   * @param secret at least 32 bytes that nobody else has; or, where it changes, those that hold now: the first one signs,
   * each verifies
   * @param basePath where LocalFilesController answers, without a slash at the end
   * @param now milliseconds since 1970
   * @param refresh reads the secrets again: another process may sign with one that this one has not read yet
   */
  constructor(
    private readonly secret: LinkSecret | (() => readonly LinkSecret[]),
    private readonly basePath = '/api/files',
    private readonly now: () => number = Date.now,
    private readonly refresh?: () => Promise<void>,
  ) {
    this.secrets();
  }

  /** @throws StorageKeyError, RangeError for a life outside 1 s to 7 days */
  sign(key: string, options: SignedUrlOptions): SignedUrl {
    assertKey(key);
    const { filename, contentType, expiresInSeconds } = options;
    assertLifetime(expiresInSeconds);
    const disposition = safeDisposition(contentType, options.disposition);
    const expires = String(Math.floor(this.now() / 1000) + expiresInSeconds);
    const link = { name: wellFormed(filename), type: contentType, disposition, expires };
    const query = new URLSearchParams({
      ...link,
      signature: signatureOf(this.secrets()[0], key, link).toString('base64url'),
    });
    const path = key.split('/').map(encodeURIComponent).join('/');
    return { url: `${this.basePath}/${path}?${query}`, expiresAt: new Date(Number(expires) * 1000) };
  }

  /**
   * The signature is compared in constant time, and before the expiry, so that only a link of ours is told that it is late.
   *
   * @throws StorageLinkInvalidError, StorageLinkExpiredError
   */
  verify(key: string, link: LinkQuery): VerifiedLink {
    const given = Buffer.from(link.signature, 'base64url');
    if (!this.secrets().some((secret) => isSame(given, signatureOf(secret, key, link))))
      throw new StorageLinkInvalidError();
    const secondsLeft = Number(link.expires) - this.now() / 1000;
    if (!(secondsLeft > 0)) throw new StorageLinkExpiredError();
    return {
      key,
      filename: link.name,
      contentType: link.type,
      disposition: link.disposition === 'inline' ? 'inline' : 'attachment',
      secondsLeft: Math.floor(secondsLeft),
    };
  }

  /** As verify(); before it refuses a link it has the secrets read again. */
  async verifyFresh(key: string, link: LinkQuery): Promise<VerifiedLink> {
    try {
      return this.verify(key, link);
    } catch (error) {
      if (!this.refresh || !(error instanceof StorageLinkInvalidError)) throw error;
    }
    await this.refresh();
    return this.verify(key, link);
  }

  private secrets(): readonly [LinkSecret, ...LinkSecret[]] {
    const [first, ...others] = typeof this.secret === 'function' ? this.secret() : [this.secret];
    if (first === undefined || [first, ...others].some((secret) => Buffer.byteLength(secret) < 32))
      throw new Error('The secret that signs file links has at least 32 bytes.');
    return [first, ...others];
  }
}

function signatureOf(secret: LinkSecret, key: string, link: Omit<LinkQuery, 'signature'>): Buffer {
  const said = JSON.stringify(['GET', key, link.name, link.type, link.disposition, link.expires]);
  return createHmac('sha256', secret).update(said).digest();
}

const isSame = (given: Buffer, expected: Buffer): boolean =>
  given.length === expected.length && timingSafeEqual(given, expected);
