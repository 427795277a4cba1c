export * from './file-storage';
export * from './file-storage.errors';
export {
  BucketAuditor,
  type BucketPlace,
  type BucketPosture,
  type CredentialsKind,
  type Told,
} from './bucket-posture';
export { safeDisposition } from './link-terms';
export {
  storageConfig,
  storageEnvironment,
  type LocalStorageConfig,
  type S3StorageConfig,
  type StorageConfig,
} from './storage.config';
export {
  createFileStorage,
  StorageModule,
  type LocalStorageOptions,
  type S3StorageOptions,
  type StorageOptions,
} from './storage.module';
