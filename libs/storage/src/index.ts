export * from './file-storage';
export * from './file-storage.errors';
export { safeDisposition } from './link-signer';
export {
  storageConfig,
  storageEnvironment,
  type LocalStorageConfig,
  type StorageConfig,
} from './storage.config';
export { StorageModule, type LocalStorageOptions, type StorageOptions } from './storage.module';
