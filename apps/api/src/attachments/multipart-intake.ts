import { rm } from 'node:fs/promises';
import type { Request, Response } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import { DomainError, ValidationError } from '../common/domain-error';
import { cleanFilename } from './inspection/clean-filename';
import type { AllowedType } from './inspection/allowed-types';
import { inspectFile } from './inspection/inspect-file';
import { type StagedFile, Staging } from './staging';
import {
  StagingUnavailableError,
  UnsupportedTypeError,
  UploadAbortedError,
  UploadTooLargeError,
} from './upload.errors';

/** The only field of the form. */
export const UPLOAD_FIELD = 'attachments';
/** What boundaries and headers of one part may take up. */
const PART_OVERHEAD = 64 * 1024;

export interface IntakeOptions {
  /** Folder for files under way; made if need be. */
  stagingDir: string;
  /** Bytes that each file may have. */
  maxFileSize: number;
  maxFiles: number;
}

/** A file that has come in whole and may be attached. Its owner moves it on, or discards it. */
export interface StagedUpload extends StagedFile {
  /** As the sender named it, cleaned. */
  filename: string;
  /** Decided by content. */
  mimeType: AllowedType;
}

/**
 * Takes the files of a multipart request to disk, piece by piece, and looks into them. All or none: on any error, and
 * when the sender goes away, nothing stays on disk. Before it rejects, the rest of the request has been read off.
 *
 * @throws UploadTooLargeError (413), UnsupportedTypeError (415), ValidationError (400: too many files, another field,
 *   no file, no proper multipart), UploadAbortedError, StagingUnavailableError (503)
 */
export async function receiveUploads(
  req: Request,
  res: Response,
  options: IntakeOptions,
): Promise<StagedUpload[]> {
  const { maxFiles, maxFileSize } = options;
  if (Number(req.headers['content-length']) > maxFiles * (maxFileSize + PART_OVERHEAD)) {
    throw new UploadTooLargeError(maxFileSize);
  }
  const staging = await Staging.open(options.stagingDir);
  try {
    const files = await parse(req, res, staging, options);
    if (files.length === 0) {
      throw ValidationError.of(
        `/${UPLOAD_FIELD}`,
        `Send 1 to ${maxFiles} files in the field “${UPLOAD_FIELD}”`,
      );
    }
    return await inspectAll(files);
  } catch (error) {
    await staging.discard();
    throw staging.failure ?? toDomainError(error, req, options);
  }
}

/** Removes uploads from the staging folder; those already gone are no error. */
export async function discard(uploads: readonly StagedUpload[]): Promise<void> {
  await Promise.all(uploads.map(({ path }) => rm(path, { force: true })));
}

interface ReceivedFile extends StagedFile {
  filename: string;
}

async function parse(
  req: Request,
  res: Response,
  staging: Staging,
  options: IntakeOptions,
): Promise<ReceivedFile[]> {
  if (req.destroyed && !req.complete) throw new UploadAbortedError();
  const upload = multer({
    storage: engine(staging),
    limits: { fileSize: options.maxFileSize, files: options.maxFiles, fields: 0, fieldNameSize: 100 },
    defParamCharset: 'utf8',
    preservePath: true,
  }).array(UPLOAD_FIELD, options.maxFiles);
  await new Promise<void>((resolve, reject) => {
    upload(req, res, (error: unknown) => (error ? reject(error as Error) : resolve()));
  });
  const files = Array.isArray(req.files) ? req.files : [];
  return files.map((file) => ({
    ...(file as unknown as StagedFile),
    filename: cleanFilename(file.originalname),
  }));
}

/** Removal is left to `Staging.discard`, which also knows the files that multer has not heard of yet. */
function engine(staging: Staging): StorageEngine {
  return {
    _handleFile(_req, file, done) {
      staging.take(file.stream).then(
        (staged) => done(null, staged as Partial<Express.Multer.File>),
        (error: unknown) => done(error),
      );
    },
    _removeFile(_req, _file, done) {
      done(null);
    },
  };
}

async function inspectAll(files: readonly ReceivedFile[]): Promise<StagedUpload[]> {
  const uploads: StagedUpload[] = [];
  const refused: ConstructorParameters<typeof UnsupportedTypeError>[0][number][] = [];
  for (const [index, { path, size, sha256, filename }] of files.entries()) {
    const result = await inspectFile(path, filename).catch((cause: unknown) => {
      throw new StagingUnavailableError({ cause });
    });
    if (result.ok) uploads.push({ path, size, sha256, filename, mimeType: result.mimeType });
    else refused.push({ index, filename, refusal: result.refusal });
  }
  if (refused.length > 0) throw new UnsupportedTypeError(refused);
  return uploads;
}

function toDomainError(error: unknown, req: Request, { maxFiles, maxFileSize }: IntakeOptions): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof MulterError) {
    switch (error.code) {
      case 'LIMIT_FILE_SIZE':
        return new UploadTooLargeError(maxFileSize, filenameOf(error));
      case 'LIMIT_FILE_COUNT':
        return ValidationError.of(`/${UPLOAD_FIELD}`, `At most ${maxFiles} files go into one request`);
      case 'LIMIT_UNEXPECTED_FILE':
        return ValidationError.of(`/${error.field ?? ''}`, `Files go into the field “${UPLOAD_FIELD}”`);
      default:
        return ValidationError.of(
          `/${error.field ?? ''}`,
          `Only files are taken, in the field “${UPLOAD_FIELD}”`,
        );
    }
  }
  if (!req.complete) return new UploadAbortedError({ cause: error });
  return ValidationError.of('', 'The body is not whole and proper multipart/form-data');
}

/** multer 2.5 says it, its types do not. */
function filenameOf(error: MulterError & { filename?: string }): string | undefined {
  return error.filename === undefined ? undefined : cleanFilename(error.filename);
}
