import { randomBytes } from 'node:crypto';

export interface FormFile {
  readonly filename: string;
  readonly type: string;
  readonly content: Buffer;
}

export interface Form {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Files as a browser sends them (RFC 7578), all in one field. */
export function formOf(field: string, files: readonly FormFile[]): Form {
  const boundary = `liftdesk-${randomBytes(12).toString('hex')}`;
  const parts = files.flatMap(({ filename, type, content }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${filename}"\r\nContent-Type: ${type}\r\n\r\n`,
    content,
    '\r\n',
  ]);
  const body = Buffer.concat([...parts, `--${boundary}--\r\n`].map((part) => Buffer.from(part)));
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(body.length),
    },
    body,
  };
}
