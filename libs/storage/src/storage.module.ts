import { type DynamicModule, Module } from '@nestjs/common';
import { FileStorage } from './file-storage';
import { LinkSigner, type LinkSecret } from './link-signer';
import { LocalFileStorage } from './local.file-storage';
import { LocalFilesController } from './local-files.controller';
import type { LocalStorageConfig } from './storage.config';

export interface LocalStorageOptions extends Pick<LocalStorageConfig, 'type' | 'uploadDir'> {
  /** At least 32 bytes; or, where it changes, those that hold now: the first one signs, each verifies. */
  signingSecret: LinkSecret | (() => readonly LinkSecret[]);
  /** Milliseconds since 1970, to tell whether a link has expired. */
  now?: () => number;
}

export type StorageOptions = LocalStorageOptions;

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
              useFactory: () => new LinkSigner(options.signingSecret, undefined, options.now),
            },
            {
              provide: FileStorage,
              inject: [LinkSigner],
              useFactory: (signer: LinkSigner) => LocalFileStorage.open(options.uploadDir, signer),
            },
          ],
          exports: [FileStorage],
        };
    }
  }
}
