import { type DynamicModule, Module } from '@nestjs/common';
import { FileStorage } from './file-storage';
import { LinkSigner, type LinkSecret } from './link-signer';
import { LocalFileStorage } from './local.file-storage';
import { LocalFilesController } from './local-files.controller';
import type { S3Patience } from './s3.clients';
import type { LocalStorageConfig, S3StorageConfig } from './storage.config';

/** Of links that the API itself serves; a bucket's own links need none of it. */
interface LinkOptions {
  /** At least 32 bytes; or, where it changes, those that hold now: the first one signs, each verifies. */
  signingSecret: LinkSecret | (() => readonly LinkSecret[]);
  /** Reads the secrets again, for a link that none of them signed. */
  refreshSecrets?: () => Promise<void>;
  /** Milliseconds since 1970, to tell whether a link has expired. */
  now?: () => number;
}

export type LocalStorageOptions = Pick<LocalStorageConfig, 'type' | 'uploadDir'> & LinkOptions;

export type S3StorageOptions = Omit<S3StorageConfig, 'uploadDir' | 'signedUrlTtlSeconds'> &
  Partial<LinkOptions> &
  S3Patience;

export type StorageOptions = LocalStorageOptions | S3StorageOptions;

/** Provides FileStorage to the whole application. */
@Module({})
export class StorageModule {
  static register(options: StorageOptions): DynamicModule {
    switch (options.type) {
      case 'local':
        return {
          module: StorageModule,
          global: true,
          controllers: [LocalFilesController],
          providers: [
            {
              provide: LinkSigner,
              useFactory: () =>
                new LinkSigner(options.signingSecret, undefined, options.now, options.refreshSecrets),
            },
            {
              provide: FileStorage,
              inject: [LinkSigner],
              useFactory: (signer: LinkSigner) => LocalFileStorage.open(options.uploadDir, signer),
            },
          ],
          exports: [FileStorage],
        };
      case 's3':
        return {
          module: StorageModule,
          global: true,
          providers: [
            {
              provide: FileStorage,
              useFactory: () => openS3(options),
            },
          ],
          exports: [FileStorage],
        };
    }
  }
}

/**
 * The storage alone, for a command that needs no application. Whoever opens a bucket ends with the process.
 *
 * @param existing a folder must be a storage already, and nothing is written into it before the first put
 * @throws StorageUnavailableError where a folder cannot be used
 */
export async function createFileStorage(
  options: StorageOptions,
  { existing = false } = {},
): Promise<FileStorage> {
  switch (options.type) {
    case 'local': {
      const signer = new LinkSigner(options.signingSecret, undefined, options.now);
      return existing
        ? LocalFileStorage.openExisting(options.uploadDir, signer)
        : LocalFileStorage.open(options.uploadDir, signer);
    }
    case 's3':
      return openS3(options);
  }
}

/** Here and nowhere else: whoever keeps files in a folder never loads the SDK. */
async function openS3(options: S3StorageOptions): Promise<FileStorage> {
  return (await import('./s3.file-storage')).S3FileStorage.open(options);
}
