import { pipeline } from 'node:stream/promises';
import { Controller, Get, Logger, Param, Query, Req, Res, SetMetadata } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import type { Request, Response } from 'express';
import { parseRangeHeader } from './byte-range';
import { FileStorage, type ObjectStat } from './file-storage';
import { StorageLinkInvalidError, StorageRangeError } from './file-storage.errors';
import { LinkSigner, type LinkQuery, type VerifiedLink } from './link-signer';
import { dispositionHeader } from './link-terms';

/** Whatever the file is, it may run nothing, load nothing and speak to nobody. Browsers show images and PDF under it. */
const SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";
/**
 * Serves signed links where the API itself is the file server. The link is the whole permission: no session is
 * looked at, and no address is counted, as a page of pictures would use up what a stranger has. Each link was given
 * out under a limit. A GET and a HEAD, one byte range, conditional by ETag.
 */
@ApiExcludeController()
@SetMetadata('liftdesk:public', true)
@SkipThrottle({ anonymous: true, user: true })
@Controller('files')
export class LocalFilesController {
  private readonly logger = new Logger(LocalFilesController.name);

  constructor(
    private readonly storage: FileStorage,
    private readonly signer: LinkSigner,
  ) {}

  @Get('*key')
  async send(
    @Param('key') segments: string | string[],
    @Query() query: Record<string, unknown>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const key = Array.isArray(segments) ? segments.join('/') : segments;
    const link = await this.signer.verifyFresh(key, linkQuery(query));
    const found = await this.storage.stat(key);
    const etag = `"${found.size.toString(36)}-${found.lastModified.getTime().toString(36)}"`;
    const range = rangeOf(request, response, found, etag);
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, { ...headersOf(link), ETag: etag }).end();
      return;
    }
    const length = range ? range.end - range.start + 1 : found.size;
    const head = { ...headersOf(link), ETag: etag, 'Accept-Ranges': 'bytes', 'Content-Length': length };
    const ranged = range && { 'Content-Range': `bytes ${range.start}-${range.end}/${found.size}` };
    const status = range ? 206 : 200;
    if (request.method === 'HEAD') {
      response.writeHead(status, { ...head, ...ranged }).end();
      return;
    }
    const { stream } = await this.storage.get(key, { range });
    response.writeHead(status, { ...head, ...ranged });
    await pipeline(stream, response).catch((error: NodeJS.ErrnoException) => {
      const clientLeft = error.code === 'ERR_STREAM_PREMATURE_CLOSE';
      if (!clientLeft) this.logger.warn(`file.broke-off: ${error.message}`);
    });
  }
}

function headersOf(link: VerifiedLink): Record<string, string> {
  return {
    'Content-Type': link.contentType,
    'Content-Disposition': dispositionHeader(link.filename, link.disposition),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'SAMEORIGIN',
    'Content-Security-Policy': SANDBOX,
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': `private, max-age=${link.secondsLeft}`,
  };
}

/** The five parts of a signed link, once each and nothing else. */
function linkQuery(query: Record<string, unknown>): LinkQuery {
  const { name, type, disposition, expires, signature, ...others } = query;
  const parts = { name, type, disposition, expires, signature };
  const areText = Object.values(parts).every((part) => typeof part === 'string');
  if (!areText || Object.keys(others).length > 0) throw new StorageLinkInvalidError();
  return parts as Record<keyof LinkQuery, string>;
}

/** `If-Range` with another version's tag asks for all of the new one. */
function rangeOf(request: Request, response: Response, found: ObjectStat, etag: string) {
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  try {
    return parseRangeHeader(request.headers.range, found.size);
  } catch (error) {
    if (error instanceof StorageRangeError) response.setHeader('Content-Range', `bytes */${found.size}`);
    throw error;
  }
}
