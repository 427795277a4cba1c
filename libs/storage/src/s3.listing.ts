import {
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ListedObject } from './file-storage';

/** Does a call, and translates its failure. */
export type Call = <T>(deed: string, send: () => Promise<T>) => Promise<T>;

/** Where to look. */
export interface Place {
  Bucket: string;
  Prefix: string;
}

/** A multipart upload that was neither completed nor aborted. */
export interface OpenUpload {
  key: string;
  uploadId: string;
  initiated: Date;
}

/** Every object, page by page, under its whole key. */
export async function* listObjects(client: S3Client, place: Place, call: Call): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({ ...place, ContinuationToken: token, EncodingType: 'url' });
    const page: ListObjectsV2CommandOutput = await call('ListObjectsV2', () => client.send(command));
    for (const { Key, Size = 0, LastModified } of page.Contents ?? []) {
      yield { key: decodeKey(Key), size: Size, lastModified: LastModified ?? new Date(0) };
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

export async function* listUploads(client: S3Client, place: Place, call: Call): AsyncGenerator<OpenUpload> {
  let page: ListMultipartUploadsCommandOutput | undefined;
  do {
    const command = new ListMultipartUploadsCommand({
      ...place,
      EncodingType: 'url',
      ...(page && { KeyMarker: decodeKey(page.NextKeyMarker), UploadIdMarker: page.NextUploadIdMarker }),
    });
    page = await call('ListMultipartUploads', () => client.send(command));
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (UploadId !== undefined && Initiated !== undefined)
        yield { key: decodeKey(Key), uploadId: UploadId, initiated: Initiated };
    }
  } while (page.IsTruncated);
}

/** Keys may hold what XML cannot: they come spelt as in a URL. */
function decodeKey(encoded = ''): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}
