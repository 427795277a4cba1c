/** The attachments feature's slice of the configuration. A class, so that it is its own injection token. */
export class AttachmentConfig {
  constructor(
    /** Bytes. */
    readonly maxFileSize: number,
    readonly maxFiles: number,
    /** Where a file waits while it is looked into. */
    readonly stagingDir: string,
    readonly signedUrlTtlSeconds: number,
    /** How long a stored file waits for its message. */
    readonly stagedTtlMs: number,
  ) {}
}
