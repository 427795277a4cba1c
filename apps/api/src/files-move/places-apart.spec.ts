import type { StorageConfig } from '@liftdesk/storage';
import { storageConfig } from '@liftdesk/storage';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSameStorage, whyNotApart } from './places-apart';

const bucket = (more: Record<string, string> = {}): StorageConfig =>
  storageConfig.parse({
    STORAGE_TYPE: 's3',
    S3_ATTACHMENTS_BUCKET: 'files',
    AWS_REGION: 'eu-west-1',
    ...more,
  });

describe('Two places of files', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-apart-'));
    mkdirSync(join(folder, 'uploads'));
    symlinkSync(join(folder, 'uploads'), join(folder, 'link'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const local = (name: string): StorageConfig =>
    storageConfig.parse({ STORAGE_TYPE: 'local', UPLOAD_DIR: join(folder, name) });
  const ELSEWHERE = { AWS_ENDPOINT_URL_S3: 'https://minio.example.com' };

  it.each<[string, () => [StorageConfig, StorageConfig], boolean, RegExp | null]>([
    ['a folder and itself by a link', () => [local('uploads'), local('link')], true, /same folder/],
    ['a folder and one inside', () => [local('uploads'), local('uploads/new')], false, /inside the source/],
    ['two folders', () => [local('uploads'), local('uploads-2')], false, null],
    ['a folder and a bucket', () => [local('uploads'), bucket()], false, null],
    ['a bucket and itself', () => [bucket(), bucket()], true, /same place/],
    ['two prefixes of a bucket', () => [bucket(), bucket({ S3_KEY_PREFIX: 'desk/' })], false, null],
    ['buckets of the same name in two stores', () => [bucket(), bucket(ELSEWHERE)], false, null],
  ])('%s', (_what, places, isSame, reason) => {
    const [from, to] = places();
    expect(isSameStorage(from, to)).toBe(isSame);
    if (reason === null) expect(whyNotApart(from, to)).toBeNull();
    else expect(whyNotApart(from, to)).toMatch(reason);
  });
});
